"""Laboratory reports: plausible values that follow the person's illnesses and their treatment, with trends."""

import datetime as dt

from hygie.record.cda.write import codes
from hygie.record.cda.write.types import Chapter, LabReport, Panel, Result
from hygie.record.cda.write.xml import french_day
from hygie.simulators.country import catalogue
from hygie.simulators.country.catalogue import PanelKind, Test
from hygie.simulators.country.chance import Chance
from hygie.simulators.country.history.types import Event, Family, Life
from hygie.simulators.country.professionals import Register

_CHAPTERS = {"18723-7": ("Hématologie", "HÉMATOLOGIE"), "18719-5": ("Biochimie", "BIOCHIMIE")}
# condition: test: value at the first report, value at the last one (the treatment acts, or the illness goes on).
_TRENDS: dict[str, dict[str, tuple[float, float]]] = {
    "diabetes": {"hba1c": (8.4, 7.0), "glucose": (9.6, 7.2), "creatinine": (76, 88), "triglycerides": (2.3, 1.7)},
    "lipids": {"cholesterol": (6.9, 5.0), "hdl": (1.15, 1.25)},
    "ischemia": {"cholesterol": (5.6, 4.0)},
    "hypertension": {"creatinine": (80, 86)},
    "heart-failure": {"ntprobnp": (2150, 1180), "creatinine": (104, 122), "potassium": (4.9, 4.7)},
    "hypothyroidism": {"tsh": (7.8, 2.4)},
    "anaemia": {"hemoglobin": (10.2, 12.9), "mcv": (75, 86), "ferritin": (7, 38), "hematocrit": (32.0, 39.0)},
}
_EVERY_DAYS = {"diabetes": 120, "heart-failure": 150, "anaemia": 160, "hypothyroidism": 300, "lipids": 330}


def add_reports(life: Life, chance: Chance, register: Register) -> None:
    if life.age < 12:
        return
    days = _days(life, chance)
    if not days:
        return
    body = _Body(life, chance)
    biologist = chance.choice(register.in_role(life.person.town, "biologist")).who
    panels = _panels(life)
    previous: dict[str, tuple[str, dt.date]] = {}
    for at, day in enumerate(days):
        progress = at / max(1, len(days) - 1)
        sampled = chance.hour(day, 7, 10)
        written = chance.hour(day, 15, 18)
        chapters = _chapters(body, panels, progress, day, previous)
        is_last = at == len(days) - 1
        printed = is_last and chance.happens(0.5 if life.person.key != "p0001" else 1)
        report = LabReport(sampled, chapters)
        event = Event(
            Family.LABORATORY,
            written,
            biologist,
            "Compte rendu d'examens de biologie médicale",
            report,
            start=sampled,
            end=written,
            act=chapters[0].code,
            prescriber=life.attending.who,
            printed=printed,
            chain=f"laboratory-{at}",
        )
        life.events.append(event)
        if life.person.key == "p0001" and is_last:
            life.events.append(_corrected(event, written))


def _corrected(event: Event, written: dt.datetime) -> Event:
    """The laboratory corrects its report the next day: a second version replaces the first."""
    report = event.content
    assert isinstance(report, LabReport)  # noqa: S101 - made just above
    later = written + dt.timedelta(days=1)
    comment = "Compte rendu corrigé : l'heure du prélèvement a été rectifiée. Il annule et remplace le précédent."
    content = LabReport(report.sampled_at + dt.timedelta(minutes=30), report.chapters, comment)
    return Event(
        event.family, later, event.author, event.title, content,
        start=content.sampled_at, end=later, act=event.act, prescriber=event.prescriber,
        printed=True, chain=event.chain,
    )  # fmt: skip


def _days(life: Life, chance: Chance) -> list[dt.date]:
    """From the oldest to the newest, over at most three years."""
    every = min([_EVERY_DAYS[c.key] for c, _ in life.conditions if c.key in _EVERY_DAYS] or [0])
    if not every:
        if life.conditions and life.age >= 18:
            every = 420
        elif chance.happens(0.55 if life.age >= 30 else 0.3):
            every = 1100
        else:
            return []
    span = 1095 if life.person.key == "p0001" else 800
    last = life.reference - dt.timedelta(days=chance.randint(6, min(every, 240)))
    days = [last - dt.timedelta(days=every * back + chance.randint(0, 12)) for back in range(span // every + 1)]
    started = min([start for _, start in life.conditions] or [life.person.born_on])
    kept = [_working(day) for day in days if day >= started]
    return sorted(set(kept or [_working(last)]))


def _working(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=max(0, day.weekday() - 4))


def _panels(life: Life) -> list[PanelKind]:
    keys = ["blood"]
    for condition, _ in life.conditions:
        keys += [key for key in condition.tests if key not in keys]
    if life.has("anaemia"):
        keys.append("iron")
    if len(keys) == 1:
        keys += ["renal", "lipids"] if life.age >= 40 else ["inflammation"]
    return [catalogue.panel(key) for key in dict.fromkeys(keys)]


class _Body:
    """A person's own usual values, and where the illnesses push them."""

    def __init__(self, life: Life, chance: Chance) -> None:
        self._life = life
        self._chance = chance
        self._usual: dict[str, float] = {}
        self._trends: dict[str, tuple[float, float]] = {}
        for condition, _ in life.conditions:
            self._trends |= _TRENDS.get(condition.key, {})

    def measure(self, test: Test, progress: float) -> float:
        noise = self._chance.gauss(0, 0.25 * test.spread)
        if test.key in self._trends:
            first, last = self._trends[test.key]
            return first + (last - first) * progress + noise
        if test.key not in self._usual:
            offset = max(-1.6, min(1.6, self._chance.gauss(0, 0.7))) * test.spread
            woman = self._life.person.sex == "F" and test.key in (
                "hemoglobin",
                "creatinine",
                "hematocrit",
                "erythrocytes",
            )
            self._usual[test.key] = test.mean * (0.92 if woman else 1) + offset
        return self._usual[test.key] + noise

    @property
    def sex(self) -> str:
        return self._life.person.sex

    def age(self, day: dt.date) -> int:
        return self._life.person.age(day)


def _chapters(
    body: _Body, panels: list[PanelKind], progress: float, day: dt.date, previous: dict[str, tuple[str, dt.date]]
) -> tuple[Chapter, ...]:
    by_chapter: dict[str, list[Panel]] = {}
    for kind in panels:
        results = _results(body, kind, progress, day, previous)
        by_chapter.setdefault(kind.chapter, []).append(Panel(kind.code, kind.title, results))
    return tuple(
        Chapter(codes.loinc(key, _CHAPTERS[key][0]), _CHAPTERS[key][1], tuple(found))
        for key, found in by_chapter.items()
    )


def _results(
    body: _Body, kind: PanelKind, progress: float, day: dt.date, previous: dict[str, tuple[str, dt.date]]
) -> tuple[Result, ...]:
    values = {test.key: max(0.1, body.measure(test, progress)) for test in kind.tests}
    if "egfr" in values:
        values["egfr"] = filtration(values["creatinine"], body.age(day), body.sex)
    if "ldl" in values:
        # Friedewald in mmol/L, valid under 3.9 mmol/L of triglycerides.
        values["ldl"] = max(0.5, values["cholesterol"] - values["hdl"] - values["triglycerides"] / 2.2)
    results = []
    for test in kind.tests:
        text = f"{values[test.key]:.{test.decimals}f}"
        low, high = test.women if body.sex == "F" else test.men
        before = previous.get(test.key)
        told = f"{before[0].replace('.', ',')} le {french_day(before[1])}" if before else ""
        results.append(Result(test.code, test.label, text, test.unit, low, high, _flag(text, low, high), told))
        previous[test.key] = (text, day)
    return tuple(results)


def filtration(creatinine: float, age: int, sex: str) -> float:
    """Estimated filtration rate in mL/min/1.73 m², of creatinine in µmol/L: CKD-EPI 2009 (Ann Intern Med 150:604)."""
    kappa, alpha = (61.9, -0.329) if sex == "F" else (79.6, -0.411)
    ratio = creatinine / kappa
    rate: float = 141 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.209 * 0.993**age * (1.018 if sex == "F" else 1)
    return min(rate, 130.0)


def _flag(text: str, low: str, high: str) -> str:
    value = float(text)
    if high and value > float(high):
        return "H"
    return "L" if low and value < float(low) else "N"
