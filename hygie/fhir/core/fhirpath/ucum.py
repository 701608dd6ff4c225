"""The part of UCUM that health data use: what a unit code is worth in base units. https://ucum.org/ucum

Exact: factors are fractions, so `4 'g' = 4000 'mg'` never depends on a float. A code that is not known has no worth (None);
two equal codes can be compared all the same.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

Dimension = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """value × `factor` + `offset` is the value in base units (metre, second, gram, radian, kelvin, coulomb, candela);
    `dimension` is (base unit, exponent) by name, without the exponent 0."""

    factor: Fraction
    dimension: Dimension = ()
    offset: Fraction = Fraction(0)


_PREFIXES = {
    "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1, "c": -2, "m": -3,
    "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
}  # fmt: skip
# code → definition, `*` behind the code of what takes a prefix; a definition is a number, then a unit written before.
_DEFINITIONS = """
m* base; s* base; g* base; rad* base; K* base; C* base; cd* base
min 60 s; h 60 min; d 24 h; wk 7 d; a 365.25 d; a_j 365.25 d; a_g 365.2425 d; mo 30.4375 d; mo_j 30.4375 d
10* 10; 10^ 10; % 0.01; [ppth] 0.001; [ppm] 0.000001; [ppb] 0.000000001; [pi] 3.1415926535897932384626433832795
mol* 602213670000000000000000; eq* 1 mol; osm* 1 mol; kat* 1 mol/s; U* 0.000001 mol/min
sr* 1 rad2; deg 2 [pi].rad/360; gon 0.9 deg; ' 1 deg/60; Hz* 1 s-1; N* 1000 g.m/s2; Pa* 1 N/m2; J* 1 N.m; W* 1 J/s
A* 1 C/s; V* 1 J/C; F* 1 C/V; Ohm* 1 V/A; S* 1 Ohm-1; Wb* 1 V.s; T* 1 Wb/m2; H* 1 Wb/A; lm* 1 cd.sr; lx* 1 lm/m2
Bq* 1 s-1; Gy* 1 J/kg; Sv* 1 J/kg; Ci* 37000000000 Bq; REM* 0.01 Sv; RAD* 0.01 Gy
L* 1 dm3; l* 1 dm3; ar* 100 m2; t* 1000000 g; bar* 100000 Pa; u* 0.0000000000000000000000016605402 g
eV* 0.000000000000000000160217733 J; cal* 4.184 J; cal_th* 4.184 J; cal_IT* 4.1868 J; [Cal] 1000 cal
atm 101325 Pa; m[Hg]* 133322 Pa; m[H2O]* 9806.65 Pa; [g] 9.80665 m/s2; gf* 1 g.[g]; dyn* 0.01 g.m/s2
P* 0.1 Pa.s; St* 0.0001 m2/s; [S] 0.0000000000001 s; [diop] 1 m-1; [MET] 3.5 mL/min/kg; [Ch] 1 mm/[pi]
[in_i] 2.54 cm; [ft_i] 12 [in_i]; [yd_i] 3 [ft_i]; [mi_i] 5280 [ft_i]; [nmi_i] 1852 m; [kn_i] 1 [nmi_i]/h
[sin_i] 1 [in_i]2; [sft_i] 1 [ft_i]2; [cin_i] 1 [in_i]3; [mesh_i] 1 [in_i]-1
[gr] 64.79891 mg; [lb_av] 453.59237 g; [oz_av] 28.349523125 g; [dr_av] 1.7718451953125 g; [stone_av] 14 [lb_av]
[lbf_av] 1 [lb_av].[g]; [psi] 1 [lbf_av]/[sin_i]; [lb_tr] 373.2417216 g; [oz_tr] 31.1034768 g; [car_m] 0.2 g
[gal_us] 231 [cin_i]; [qt_us] 0.25 [gal_us]; [pt_us] 0.5 [qt_us]; [cup_us] 0.5 [pt_us]; [foz_us] 0.125 [cup_us]
[fdr_us] 0.125 [foz_us]; [tbs_us] 0.5 [foz_us]; [tsp_us] 1 [tbs_us]/3
[cup_m] 240 mL; [foz_m] 30 mL; [tbs_m] 15 mL; [tsp_m] 5 mL; [drp] 0.05 mL
[PRU] 1 mm[Hg].s/mL; [wood'U] 1 mm[Hg].min/L; [iU]* own; [IU]* 1 [iU]; [HPF] own; [LPF] 100 [HPF]; [pH] own
[arb'U] own; [USP'U] own; [GPL'U] own; [MPL'U] own; [APL'U] own; [tb'U] own; [D'ag'U] own; [hnsf'U] own; [p'diop] own
[CFU] own; [FFU] own; [PFU] own; [EU] own; [CCID_50] own; [TCID_50] own; [Amb'a'1'U] own; B* own; Np* own
"""
_TERM = re.compile(r"(?P<atom>(?:\[[^\]\s]*\]|[A-Za-z%'_^*]|10[*^])+)(?P<exponent>[+-]?[0-9]{1,3})?")
_NUMBER = re.compile(r"[0-9]{1,12}(?![*^0-9])")
_ANNOTATION = re.compile(r"\{[^{}]*\}")
_SPECIAL = {
    "Cel": (Fraction(1), Fraction(27315, 100)),
    "[degF]": (Fraction(5, 9), Fraction(45967, 180)),
    "[degRe]": (Fraction(5, 4), Fraction(27315, 100)),
}
_MAX_CODE = 100
_MAX_EXPONENT = 30

UCUM: dict[str, Unit] = {}
_METRIC: set[str] = set()


@lru_cache(maxsize=1024)
def find_unit(code: str) -> Unit | None:
    """What the code is worth, or None for a code that is not UCUM or not in our part of it."""
    if code in _SPECIAL:
        factor, offset = _SPECIAL[code]
        return Unit(factor, (("K", 1),), offset)
    # `{score}` alone means 1; behind a unit it changes nothing.
    plain = _ANNOTATION.sub(lambda found: "" if code[found.start() - 1 : found.start()].strip("./(") else "1", code)
    if not code or len(code) > _MAX_CODE or any(each in plain for each in " \t{}"):
        return None
    try:
        return _Code(plain).unit()
    except (ValueError, ZeroDivisionError):
        return None


class _Code:
    """Recursive descent over `mg.kg-1/(d.m2)`; ValueError for what it is not."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def unit(self) -> Unit:
        factor, dimension = self._product(0)
        if self._at != len(self._text):
            raise ValueError("not a unit")
        return Unit(factor, tuple(sorted((name, power) for name, power in dimension.items() if power)))

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _product(self, depth: int) -> tuple[Fraction, dict[str, int]]:
        factor, total = (Fraction(1), dict[str, int]()) if self._peek() == "/" else self._component(depth)
        while (sign := self._peek()) in (".", "/") and sign:
            self._at += 1
            other, dimension = self._component(depth)
            direction = 1 if sign == "." else -1
            factor = factor * other if direction == 1 else factor / other
            for name, power in dimension.items():
                total[name] = total.get(name, 0) + direction * power
        return factor, total

    def _component(self, depth: int) -> tuple[Fraction, dict[str, int]]:
        if self._peek() == "(":
            if depth > 5:
                raise ValueError("nested too deep")
            self._at += 1
            inside = self._product(depth + 1)
            if self._peek() != ")":
                raise ValueError("not closed")
            self._at += 1
            return inside
        number = _NUMBER.match(self._text, self._at)
        if number:
            self._at = number.end()
            return Fraction(number.group()), {}
        return self._atom()

    def _atom(self) -> tuple[Fraction, dict[str, int]]:
        found = _TERM.match(self._text, self._at)
        if found is None:
            raise ValueError("not a unit")
        self._at = found.end()
        unit = _worth(found["atom"])
        power = int(found["exponent"] or 1)
        if abs(power) > _MAX_EXPONENT:
            raise ValueError("out of reach")
        return unit.factor**power, {name: each * power for name, each in unit.dimension}


def _worth(atom: str) -> Unit:
    if atom in UCUM:
        return UCUM[atom]
    for length in (2, 1):
        prefix, rest = atom[:length], atom[length:]
        if prefix in _PREFIXES and rest in _METRIC:
            unit = UCUM[rest]
            return Unit(unit.factor * Fraction(10) ** _PREFIXES[prefix], unit.dimension)
    raise ValueError("not a unit that is known here")


def _define(line: str) -> None:
    code, _, meaning = line.strip().partition(" ")
    metric = code.endswith("*") and code != "10*"
    code = code.removesuffix("*") if metric else code
    if meaning in ("base", "own"):
        UCUM[code] = Unit(Fraction(1), ((code, 1),))
    else:
        number, _, rest = meaning.partition(" ")
        unit = find_unit(rest) if rest else Unit(Fraction(1))
        if unit is None:
            raise ValueError(f"{code} stands on what is not defined")
        UCUM[code] = Unit(Fraction(number) * unit.factor, unit.dimension)
    if metric:
        _METRIC.add(code)


for _line in _DEFINITIONS.replace("\n", ";").split(";"):
    if _line.strip():
        _define(_line)
find_unit.cache_clear()
