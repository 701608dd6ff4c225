"""The rules of access, once: `decide` and the SQL condition are both made from this table.

A rule is read from top to bottom and the first one that applies decides; when none applies, the answer is no.
`when` looks at the facts of the asker and the space; `item` at the access columns of one document or entry.
Sources: CSP L.1110-4, L.1110-12, L.1111-13 to L.1111-22, R.1111-26 s.; référentiel DMP, arrêté of 26 October 2023.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from hygie.access.facts import Facts
from hygie.access.levels import acts_at_least
from hygie.access.types import Permission as P
from hygie.fhir.store.condition import ALWAYS, NEVER, AuthoredBy, Condition, HasLabel, OriginIs, TypeIn
from hygie.identity.types import Level

# TRE_A07 as bits of the `labels` column.
MASQUE_PS = 1
INVISIBLE_PATIENT = 2
INVISIBLE_REPRESENTANTS_LEGAUX = 4
LABEL_BITS = {
    "MASQUE_PS": MASQUE_PS,
    "INVISIBLE_PATIENT": INVISIBLE_PATIENT,
    "INVISIBLE_REPRESENTANTS_LEGAUX": INVISIBLE_REPRESENTANTS_LEGAUX,
}
TEST = "test"
"""The origin of what test software writes."""


class Effect(Enum):
    ALLOW = "allow"
    REFUSE = "refuse"


def _any_item(_: Facts) -> Condition:
    return ALWAYS


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    acts: frozenset[P]
    effect: Effect
    when: Callable[[Facts], bool]
    reason_fr: str
    reason_en: str
    item: Callable[[Facts], Condition] = _any_item


SEE = frozenset({P.DOCUMENT_LIST, P.DOCUMENT_READ, P.ENTRY_READ, P.SPACE_READ})
OWNERS = SEE | {P.DOCUMENT_ADD, P.DOCUMENT_HIDE, P.ACCESS_READ, P.ACCESS_CHANGE, P.TRACE_READ}
FEED = frozenset({P.DOCUMENT_DEPOSIT})
WRITE = frozenset({P.RESOURCE_CREATE, P.RESOURCE_UPDATE, P.RESOURCE_DELETE})
ADD = FEED | {P.RESOURCE_CREATE, P.RESOURCE_UPDATE}
ALL = frozenset(P)


def _is_author(facts: Facts) -> Condition:
    return AuthoredBy(facts.author_id) if facts.author_id else NEVER


@lru_cache(maxsize=64)
def _with_own(types: frozenset[str]) -> Condition:
    """Documents of these types and their entries, and what belongs to no document; nothing for who reads no type at all."""
    return TypeIn(types | {""} if types else types)


def _masked(facts: Facts) -> Condition:
    """Hidden from professionals, but not from its author nor from the attending doctor."""
    return NEVER if facts.attending else HasLabel(MASQUE_PS) & ~_is_author(facts)


# fmt: off
RULES: tuple[Rule, ...] = (
    Rule(
        "client.scope", ALL, Effect.REFUSE, lambda f: not f.scope_covers,
        "Le logiciel n'a pas demandé ce droit.",
        "The software was not granted this scope.",
    ),
    Rule(
        "space.closed", ALL - {P.SPACE_FIND}, Effect.REFUSE, lambda f: f.closed and f.known,
        "Cet espace est fermé.",
        "This space is closed.",
    ),
    # ---- how surely the asker is known: access/levels.py
    Rule(
        "level.high", acts_at_least(Level.HIGH), Effect.REFUSE, lambda f: f.level < Level.HIGH,
        "Il faut prouver votre identité par un moyen plus sûr.",
        "A stronger proof of identity is needed.",
    ),
    Rule(
        "level.substantial", acts_at_least(Level.SUBSTANTIAL), Effect.REFUSE, lambda f: f.level < Level.SUBSTANTIAL,
        "Il faut prouver votre identité par un deuxième moyen.",
        "A second proof of identity is needed.",
    ),
    # ---- the registers: resources that belong to no person
    Rule(
        "registers.test-data", SEE, Effect.REFUSE, lambda f: f.registers and not f.bench,
        "Cette donnée est celle d'un logiciel d'essai.",
        "This belongs to test software.",
        lambda f: OriginIs(TEST),
    ),
    Rule(
        "registers.read", SEE, Effect.ALLOW, lambda f: f.registers,
        "Les annuaires sont ouverts aux logiciels.",
        "The registers are open to software.",
    ),
    Rule(
        "registers.real-data", WRITE - {P.RESOURCE_CREATE}, Effect.REFUSE, lambda f: f.registers and f.bench,
        "Un logiciel d'essai ne change que ses propres données.",
        "Test software changes its own data only.",
        lambda f: ~OriginIs(TEST),
    ),
    Rule(
        "registers.write", WRITE, Effect.ALLOW, lambda f: f.registers and (f.bench or f.register),
        "Logiciel déclaré pour tenir les annuaires.",
        "Software that is declared to keep the registers.",
    ),
    Rule(
        "registers.closed", WRITE, Effect.REFUSE, lambda f: f.registers,
        "Ce logiciel ne tient pas les annuaires.",
        "This software does not keep the registers.",
    ),
    # ---- software that acts alone, on made-up data
    Rule(
        "software.bench", SEE | WRITE, Effect.ALLOW, lambda f: f.bench and f.test_space,
        "Espace d'essai, ouvert par un logiciel d'essai.",
        "A test space, opened by test software.",
    ),
    # ---- the person, and who represents the person
    Rule(
        "citizen.not-announced", SEE | {P.DOCUMENT_HIDE}, Effect.REFUSE, lambda f: f.owner or f.represents,
        "Un professionnel doit d'abord annoncer ce document.",
        "A professional has to announce this document first.",
        lambda f: HasLabel(INVISIBLE_PATIENT),
    ),
    Rule(
        "citizen.own", OWNERS, Effect.ALLOW, lambda f: f.owner,
        "C'est votre espace de santé.",
        "This is your own health space.",
    ),
    Rule(
        "representative.secret", SEE | {P.DOCUMENT_HIDE}, Effect.REFUSE, lambda f: f.represents,
        "Ce document n'est pas visible par les représentants légaux.",
        "This document is not visible to legal representatives.",
        lambda f: HasLabel(INVISIBLE_REPRESENTANTS_LEGAUX),
    ),
    Rule(
        "representative.of-minor", OWNERS, Effect.ALLOW, lambda f: f.represents,
        "Vous êtes représentant légal de cette personne.",
        "You are this person's legal representative.",
    ),
    # ---- professionals: consultation
    Rule(
        "professional.blocked", SEE | FEED | WRITE | {P.CONSENT_RECORD}, Effect.REFUSE, lambda f: f.professional and f.blocked,
        "Ce dossier ne vous est pas ouvert.",
        "This record is not open to you.",
    ),
    Rule(
        "professional.no-relation", SEE | WRITE, Effect.REFUSE,
        lambda f: f.professional and not f.in_team and not f.consented,
        "Hors de l'équipe de soins, la personne doit donner son accord.",
        "Outside the care team, the person has to agree.",
    ),
    Rule(
        "professional.matrix", SEE, Effect.REFUSE, lambda f: f.professional,
        "Votre profession n'ouvre pas ce type de document.",
        "Your profession does not open this type of document.",
        lambda f: ~_with_own(f.readable_types),
    ),
    Rule(
        "professional.masked", SEE, Effect.REFUSE, lambda f: f.professional,
        "La personne a masqué ce document aux professionnels.",
        "The person hid this document from professionals.",
        _masked,
    ),
    Rule(
        "professional.attending", SEE, Effect.ALLOW, lambda f: f.professional and f.attending,
        "Vous êtes le médecin traitant.",
        "You are the attending doctor.",
    ),
    Rule(
        "professional.team", SEE, Effect.ALLOW, lambda f: f.professional and f.in_team,
        "Vous faites partie de l'équipe de soins.",
        "You are in the care team.",
    ),
    Rule(
        "professional.consent", SEE, Effect.ALLOW, lambda f: f.professional and f.consented,
        "La personne a donné son accord pour cette consultation.",
        "The person agreed to this consultation.",
    ),
    Rule(
        "professional.asks-consent", frozenset({P.CONSENT_RECORD}), Effect.ALLOW, lambda f: f.professional and f.known,
        "Vous déclarez l'accord de la personne.",
        "You declare the person's agreement.",
    ),
    Rule(
        "professional.finds", frozenset({P.SPACE_FIND}), Effect.ALLOW, lambda f: f.professional and f.known,
        "Recherche par l'INS et la date de naissance.",
        "Search by INS and birth date.",
    ),
    # ---- professionals: feeding needs only that nobody opposed it
    Rule(
        "opposition.all", ADD, Effect.REFUSE, lambda f: f.professional and f.opposed_to_all,
        "La personne s'oppose à tout dépôt dans son espace.",
        "The person opposes any deposit in this space.",
    ),
    Rule(
        "opposition.professional", ADD, Effect.REFUSE, lambda f: f.professional and f.opposed_to_professional,
        "La personne s'oppose à vos dépôts dans son espace.",
        "The person opposes your deposits in this space.",
    ),
    Rule(
        "opposition.structure", ADD, Effect.REFUSE, lambda f: f.professional and f.opposed_to_organization,
        "La personne s'oppose aux dépôts de votre structure.",
        "The person opposes deposits from your structure.",
    ),
    Rule(
        "opposition.category", FEED, Effect.REFUSE, lambda f: f.professional,
        "La personne s'oppose au dépôt de cette catégorie de documents.",
        "The person opposes deposits of this category of documents.",
        lambda f: TypeIn(f.opposed_types),
    ),
    Rule(
        "professional.feed-matrix", FEED, Effect.REFUSE, lambda f: f.professional,
        "Votre profession ne dépose pas ce type de document.",
        "Your profession does not deposit this type of document.",
        lambda f: ~TypeIn(f.writable_types),
    ),
    Rule(
        "professional.feeds", FEED, Effect.ALLOW, lambda f: f.professional and f.known,
        "Dépôt par un professionnel, sans opposition de la personne.",
        "Deposit by a professional, not opposed by the person.",
    ),
    # ---- professionals: data of their own, outside documents
    Rule(
        "professional.writes-nothing", WRITE, Effect.REFUSE, lambda f: f.professional and not f.writable_types,
        "Votre profession n'écrit pas dans les dossiers.",
        "Your profession does not write in records.",
    ),
    Rule(
        "professional.not-author", WRITE - {P.RESOURCE_CREATE}, Effect.REFUSE, lambda f: f.professional,
        "Seul son auteur modifie ou retire une information.",
        "Only its author changes or removes this.",
        lambda f: ~_is_author(f),
    ),
    Rule(
        "professional.team-writes", WRITE, Effect.ALLOW, lambda f: f.professional and f.in_team,
        "Vous faites partie de l'équipe de soins.",
        "You are in the care team.",
    ),
    Rule(
        "professional.consent-writes", WRITE, Effect.ALLOW, lambda f: f.professional and f.consented,
        "La personne a donné son accord pour cette consultation.",
        "The person agreed to this consultation.",
    ),
)

# fmt: on
DEFAULT = Rule(
    "default.refused",
    ALL,
    Effect.REFUSE,
    lambda f: True,
    "Aucune règle n'ouvre cet accès.",
    "No rule opens this access.",
)
BY_ID = {rule.id: rule for rule in (*RULES, DEFAULT)}
