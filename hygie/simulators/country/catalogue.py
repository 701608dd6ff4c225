"""What can happen to people: illnesses, medicines, laboratory tests, vaccines, imaging (data/*.csv)."""

from dataclasses import dataclass
from functools import cache

from hygie.record.cda.write import codes
from hygie.record.cda.write.types import Code, Product
from hygie.simulators.country.names import read_rows

ROUTES: dict[str, Code] = {
    "oral": codes.ORAL,
    "inhaled": codes.INHALED,
    "cutaneous": codes.make(codes.EDQM, "20003000", "Voie cutanée"),
    "im": codes.INTRAMUSCULAR,
    "sc": codes.SUBCUTANEOUS,
}


@dataclass(frozen=True, slots=True)
class Medicine:
    product: Product
    dose: str
    unit: str
    every_hours: int
    route: Code
    posology: str


@dataclass(frozen=True, slots=True)
class Condition:
    """`odds` by age: under 18, 18-49, 50-69, 70 and over; `only` "F"/"M" when one sex has nearly all the cases."""

    key: str
    code: Code
    odds: tuple[float, float, float, float]
    only: str
    medicines: tuple[str, ...]
    tests: tuple[str, ...]
    long_term: bool


@dataclass(frozen=True, slots=True)
class Test:
    """A laboratory test: usual mean and spread, reference values by sex ("" when open)."""

    key: str
    code: Code
    label: str
    unit: str
    decimals: int
    mean: float
    spread: float
    men: tuple[str, str]
    women: tuple[str, str]


@dataclass(frozen=True, slots=True)
class PanelKind:
    key: str
    chapter: str
    code: Code
    title: str
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Exam:
    key: str
    code: Code
    modality: Code
    site: str
    technique: str
    dose: str


@dataclass(frozen=True, slots=True)
class Shot:
    """A line of the vaccination calendar: at `months` of age."""

    months: int
    vaccine: str
    rank: int
    booster: bool


@cache
def medicine(key: str) -> Medicine:
    row = next(row for row in read_rows("medicines") if row["key"] == key)
    cis = codes.make(codes.CIS, row["cis"], row["name"]) if row["cis"] else None
    product = Product(row["name"], codes.atc(row["atc"], row["atc_label"]), cis)
    return Medicine(product, row["dose"], row["unit"], int(row["hours"]), ROUTES[row["route"]], row["posology"])


@cache
def conditions() -> tuple[Condition, ...]:
    return tuple(
        Condition(
            key=row["key"],
            code=codes.cim10(row["cim10"], row["label"]),
            odds=(float(row["young"]), float(row["adult"]), float(row["senior"]), float(row["elder"])),
            only=row["sex"],
            medicines=tuple(row["medicines"].split()),
            tests=tuple(row["tests"].split()),
            long_term=row["ald"] == "1",
        )
        for row in read_rows("conditions")
    )


@cache
def condition(key: str) -> Condition:
    return next(found for found in conditions() if found.key == key)


@cache
def panel(key: str) -> PanelKind:
    row = next(row for row in read_rows("lab_panels") if row["key"] == key)
    tests = tuple(
        Test(
            key=test["key"],
            code=codes.loinc(test["loinc"], test["label"]),
            label=test["label"],
            unit=test["unit"],
            decimals=int(test["decimals"]),
            mean=float(test["mean"]),
            spread=float(test["sd"]),
            men=(test["low"], test["high"]),
            women=(test["low_f"], test["high_f"]),
        )
        for test in read_rows("lab_tests")
        if test["panel"] == key
    )
    return PanelKind(key, row["chapter"], codes.loinc(row["loinc"], row["title"]), row["title"], tests)


@cache
def vaccine(key: str) -> tuple[Product, Code]:
    """The vaccine and its route."""
    row = next(row for row in read_rows("vaccines") if row["key"] == key)
    return Product(row["name"], codes.atc(row["atc"], row["atc_label"])), ROUTES[row["route"]]


@cache
def calendar() -> tuple[Shot, ...]:
    return tuple(
        Shot(int(row["months"]), row["vaccine"], int(row["rank"]), row["booster"] == "1")
        for row in read_rows("vaccine_calendar")
    )


@cache
def exam(key: str) -> Exam:
    row = next(row for row in read_rows("imaging") if row["key"] == key)
    modality = codes.make(codes.DCM, row["modality"], row["modality_label"])
    return Exam(key, codes.loinc(row["loinc"], row["label"]), modality, row["site"], row["technique"], row["dose"])
