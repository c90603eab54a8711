// What `make check` holds the client to.
import a11y from 'eslint-plugin-jsx-a11y';
import hooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';

export default defineConfig(
  { ignores: ['node_modules', '.next', '.build', 'gql', 'public', 'next-env.d.ts', 'artefacts'] },
  ts.configs.strict,
  ts.configs.stylistic,
  hooks.configs.flat['recommended-latest'],
  a11y.flatConfigs.recommended,
  {
    rules: {
      complexity: ['error', 12],
      'max-lines': ['error', { max: 250 }],
      'no-console': 'error',
      eqeqeq: ['error', 'smart'],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  // What is shown on a condition counts as a branch.
  { files: ['**/*.tsx'], rules: { complexity: ['error', 18] } },
  { files: ['scripts/**', 'e2e/**'], rules: { 'no-console': 'off' } },
);
