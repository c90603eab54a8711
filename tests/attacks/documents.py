"""Documents that ask for too much, by each way in which a document can."""

from tests.attacks.attack import Attack, asking


def repeated(text: str, num: int) -> str:
    return " ".join(text.format(n=n) for n in range(num))


def nested(opening: str, leaf: str, num: int) -> str:
    return f"{opening} {{ " * num + leaf + " }" * num


MESSAGE = '{{ node(id: "x") {{ ... on Message {{ {inner} }} }} }}'
CREATE = 'm{n}: createProject(input: {{name: "Flood"}}) {{ __typename }}'
DOCUMENTS = (
    Attack(
        "31 aliases of one field",
        "400 TOO_MANY_ALIASES",
        asking(f"{{ viewer {{ {repeated('a{n}: id', 31)} }} }}"),
    ),
    Attack(
        "31 aliases in fragments of their own",
        "400 TOO_MANY_ALIASES",
        asking(
            f"{{ viewer {{ {repeated('...F{n}', 31)} }} }} "
            + repeated("fragment F{n} on User {{ a{n}: id }}", 31)
        ),
    ),
    Attack(
        "3 aliases in each of 9 fragments, one within another",
        "400 TOO_EXPENSIVE",
        asking(
            MESSAGE.format(inner="...F0")
            + " ".join(
                f" fragment F{n} on Message {{ {repeated('a{n}: parent {{ ...N }}', 3)} }}".replace(
                    "N", f"F{n + 1}"
                )
                for n in range(9)
            )
            + " fragment F9 on Message { id }"
        ),
    ),
    Attack(
        "The same field with fields of its own, 300 times",
        "400 VALIDATION_ABORTED",
        asking("{ projects { edges { node { " + "documents { totalCount } " * 300 + "} } } }"),
    ),
    Attack(
        "The same field 17 times, and in each of them again",
        "400 VALIDATION_ABORTED",
        asking(MESSAGE.format(inner=f"parent {{ {'parent { id } ' * 17} }} " * 17)),
    ),
    Attack(
        "220 fragments on one field, alike",
        "400 VALIDATION_ABORTED",
        asking(
            f"{{ viewer {{ {repeated('...F{n}', 220)} }} }} "
            + repeated("fragment F{n} on User {{ id }}", 220)
        ),
    ),
    Attack(
        "1,990 fields that there are not",
        "400 VALIDATION_ABORTED",
        asking("{ viewer { " + "no " * 1990 + "} }"),
    ),
    Attack("A fragment that spreads itself", "400", asking("{ ...F } fragment F on Query { ...F }")),
    Attack(
        "Fragments in a circle of a hundred",
        "400",
        asking(
            "{ ...F0 } " + " ".join(f"fragment F{n} on Query {{ ...F{(n + 1) % 100} }}" for n in range(100))
        ),
    ),
    Attack(
        "A chain of 200 fragments",
        "400 VALIDATION_ABORTED",
        asking(
            "{ viewer { ...F0 } } "
            + " ".join(f"fragment F{n} on User {{ ...F{n + 1} }}" for n in range(200))
            + " fragment F200 on User { id }"
        ),
    ),
    Attack(
        "51 directives on a field",
        "400 TOO_MANY_DIRECTIVES",
        asking("{ viewer { id" + " @skip(if: true)" * 51 + " } }"),
    ),
    Attack(
        "51 directives that there are not",
        "400 TOO_MANY_DIRECTIVES",
        asking("{ viewer { id" + " @no" * 51 + " } }"),
    ),
    Attack("13 levels", "400 TOO_DEEP", asking(MESSAGE.format(inner=nested("parent", "id", 11)))),
    Attack(
        "13 levels, each a fragment",
        "400 TOO_DEEP",
        asking(
            MESSAGE.format(inner="...F0")
            + " ".join(f" fragment F{n} on Message {{ parent {{ ...F{n + 1} }} }}" for n in range(11))
            + " fragment F11 on Message { id }"
        ),
    ),
    Attack("900 levels", "400", asking("{ " + nested("viewer", "id", 900) + " }")),
    Attack(
        "A list of 900 levels as an argument",
        "400",
        asking("{ node(id: " + "[" * 900 + "]" * 900 + ") { id } }"),
    ),
    Attack(
        "Introspection of types of fields of types",
        "400",
        asking("{ __schema { types { " + nested("fields { type", "name", 4) + " } " * 4 + " } } }"),
    ),
    Attack("21 fields at the root", "400 TOO_MANY_ROOT_FIELDS", asking("{ " + "__typename " * 21 + "}")),
    Attack(
        "11 mutations in one document",
        "400 TOO_MANY_MUTATIONS",
        asking(f"mutation {{ {repeated(CREATE, 11)} }}"),
    ),
    Attack("2,001 tokens", "400", asking("{ " + "a " * 2000 + "}")),
    Attack("50,001 characters", "413 TOO_LARGE", asking("{ viewer { id } }".ljust(50_001))),
    Attack("A comment of 50,000 characters", "413 TOO_LARGE", asking("{ viewer { id } } #" + "x" * 50_000)),
    Attack("A million braces", "413 TOO_LARGE", asking("{" * 1_000_000)),
)
