// @graphql-eslint over the SDL: all of its recommended rules for schemas and for Relay, but for what is said here.
import graphql from "@graphql-eslint/eslint-plugin";

const recommended = { ...graphql.configs["flat/schema-recommended"].rules, ...graphql.configs["flat/schema-relay"].rules };

/** The configuration for a file that is a whole schema. */
export default (schema) => [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema } } },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...recommended,
      // Descriptions are asked of everything, not only of types and root fields.
      "@graphql-eslint/require-description": [
        "error",
        {
          types: true,
          rootField: true,
          DirectiveDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
        },
      ],
      // Off: only what can be fetched again has an id; events, pages, payloads and errors are values.
      "@graphql-eslint/strict-id-in-types": "off",
      // Lists are walked forward only: a keyset needs no `last` and `before`, and two directions are two chances to err.
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
      // Short lists that are always whole, like boxes and wordings, are no connections.
      "@graphql-eslint/relay-edge-types": [
        "error",
        { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
      ],
    },
  },
];
