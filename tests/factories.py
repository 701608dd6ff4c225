"""A small world for tests: one person, a doctor and a nurse of the care team, a stranger, their structure's software."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.test import Client

from hygie.access import actions as access
from hygie.identity import actions as identity
from hygie.identity.ins import INS, NIR_TEST, IdentityStatus, control_key
from hygie.identity.sign_in import actions as sign_in
from hygie.identity.sign_in.types import Method
from hygie.identity.traits import Traits
from hygie.identity.types import Actor, ActorKind, Channel, Level
from hygie.lib import clock
from hygie.portals.middleware import SESSION

NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
PASSWORD = "phrase-de-demonstration"
SCOPES = ("user/*.cruds",)


def ins(order: int = 1, *, sex: str = "2", year: str = "84") -> INS:
    """A test matricule with the right key; `order` makes it unique."""
    body = f"{sex}{year}0399{order:06d}"
    return INS(NIR_TEST, body + control_key(body))


def traits(
    family: str = "DURAND", given: str = "LEA", *, sex: str = "F", born_on: dt.date = dt.date(1984, 3, 12)
) -> Traits:
    return Traits(family, (given, "CAMILLE"), given, sex, born_on, "75056", family, given.title())


def space(
    order: int = 1,
    *,
    who: Traits | None = None,
    status: IdentityStatus = IdentityStatus.QUAL,
    number: INS | None = None,
    now: dt.datetime = NOW,
) -> uuid.UUID:
    return identity.create_space(ins=number or ins(order), status=status, traits=who or traits(), now=now)


def citizen(space_id: uuid.UUID) -> Actor:
    return Actor(ActorKind.CITIZEN, Channel.WEB, space_id=space_id, level=Level.SUBSTANTIAL)


def enter(client: Client, account_pk: int, *, level: Level = Level.SUBSTANTIAL) -> Client:
    """The client of a person who has signed in, without the pages of sign-in."""
    session = client.session
    opened = sign_in.open_session(account_pk, Method.PASSWORD, level=level, now=clock.now())
    session[SESSION] = str(opened)
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def organization(number: int = 1, **values: str) -> uuid.UUID:
    known = {"name": f"Cabinet fictif n° {number}", "kind": "SA07", "practice_setting": "AMBULATOIRE", "city": "Paris"}
    return identity.save_organization(idnst=f"1990000{number:03d}", finess=f"990000{number:03d}", **{**known, **values})


def professional(
    number: int = 1,
    *,
    profession: str = "10",
    at: tuple[uuid.UUID, ...] = (),
    channel: Channel = Channel.WEB,
    client_id: str = "",
    scopes: frozenset[str] | None = None,
    family: str = "MARTIN",
) -> Actor:
    """A professional of the register, as an actor for the first structure."""
    idnps = f"8999{number:08d}"
    title = "DR" if profession in ("10", "40") else ""
    professional_id = identity.save_professional(
        idnps=idnps,
        rpps=idnps[1:],
        family=family,
        given="Antoine",
        title=title,
        profession=profession,
        organization_ids=at,
    )
    return Actor(
        ActorKind.PROFESSIONAL,
        channel,
        professional_id=professional_id,
        idnps=idnps,
        profession=profession,
        organization_id=at[0] if at else None,
        client_id=client_id,
        scopes=scopes,
        level=Level.SUBSTANTIAL,
    )


@dataclass(frozen=True)
class World:
    """Léa Durand, her doctor, a doctor elsewhere, a nurse of the care team, and the practice's software."""

    space_id: uuid.UUID
    ins: INS
    traits: Traits
    lea: Actor
    cabinet: uuid.UUID
    elsewhere: uuid.UUID
    doctor: Actor
    stranger: Actor
    nurse: Actor
    client_id: str
    client_secret: str
    now: dt.datetime


def world(*, now: dt.datetime | None = None) -> World:
    now = now or clock.now()
    before = now - dt.timedelta(days=30)
    space_id = space(now=before)
    cabinet, elsewhere = organization(1), organization(2)
    doctor = professional(1, at=(cabinet,))
    stranger = professional(2, at=(elsewhere,), family="PETIT")
    nurse = professional(3, profession="60", at=(cabinet,), family="ROUX")
    access.enroll(space_id, professional_id=doctor.professional_id, attending=True, since=before)
    access.enroll(space_id, professional_id=nurse.professional_id, since=before)
    client_id, secret = identity.register_client(
        name="Logiciel de cabinet fictif", kind="practice-software", organization_id=cabinet, scopes=SCOPES
    )
    return World(
        space_id,
        ins(),
        traits(),
        citizen(space_id),
        cabinet,
        elsewhere,
        doctor,
        stranger,
        nurse,
        client_id,
        secret,
        now,
    )


_CDA = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<templateId root="2.16.840.1.113883.2.8.2.1"/><templateId root="1.2.250.1.213.1.1.1.1"/>
<id root="{unique_id}"/><code code="{type_code}" codeSystem="{type_system}"/><title>{title}</title>
<effectiveTime value="{effective}"/><confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
<languageCode code="fr-FR"/>
<recordTarget><patientRole>{patient_id}<patient>
<name><given>{given}</given><given qualifier="BR">{first}</given><family qualifier="BR">{family}</family></name>
<administrativeGenderCode code="{sex}" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="{born}"/>
<birthplace><place><addr><county>{place}</county></addr></place></birthplace></patient></patientRole></recordTarget>
<author><time value="{effective}"/><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="{author}"/>
<code code="G15_10/SM26" codeSystem="1.2.250.1.213.1.1.4.5"/>
<assignedPerson><name><family>MARTIN</family><given>Antoine</given><suffix>DR</suffix></name></assignedPerson>
<representedOrganization><id root="1.2.250.1.71.4.2.2" extension="1990000001"/><name>Cabinet fictif</name>
</representedOrganization></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization><id root="1.2.250.1.71.4.2.2" extension="1990000001"/>
<name>Cabinet fictif</name></representedCustodianOrganization></assignedCustodian></custodian>
<documentationOf><serviceEvent><effectiveTime><low value="{effective}"/></effectiveTime></serviceEvent></documentationOf>
{replaces}
<component><structuredBody>{sections}</structuredBody></component></ClinicalDocument>"""

_NARRATIVE = (
    '<component><section><code code="8716-3" codeSystem="2.16.840.1.113883.6.1"/><title>Examen</title>'
    "<text>{}</text></section></component>"
)
ALLERGY_SECTION = """<component><section>
<templateId root="1.3.6.1.4.1.19376.1.5.3.1.3.13"/><code code="48765-2" codeSystem="2.16.840.1.113883.6.1"/>
<title>Allergies</title><text>Allergie à la pénicilline</text>
<entry><act classCode="ACT" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.5.3"/>
<id root="5b2a3f0e-5a63-4f0d-9c5e-1a1f00000001"/><code nullFlavor="NA"/><statusCode code="active"/>
<effectiveTime><low value="20100101"/></effectiveTime>
<entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN">
<templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.6"/><id root="5b2a3f0e-5a63-4f0d-9c5e-1a1f00000002"/>
<code code="DALG" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/>
<effectiveTime><low value="20100101"/></effectiveTime>
<participant typeCode="CSM"><participantRole classCode="MANU"><playingEntity classCode="MMAT">
<code code="J01C" codeSystem="2.16.840.1.113883.6.73" displayName="Pénicilline"/></playingEntity></participantRole>
</participant></observation></entryRelationship></act></entry></section></component>"""


def cda(
    *,
    unique_id: str = "1.2.250.1.999.1",
    type_code: str = "11502-2",
    type_system: str = "2.16.840.1.113883.6.1",
    title: str = "Compte rendu fictif",
    number: INS | None = None,
    who: Traits | None = None,
    effective: str = "20261102093000+0100",
    replaces: str = "",
    text: str = "Tout va bien.",
    author: str = "899900000001",
    sections: str = "",
) -> bytes:
    """A small CI-SIS document about Léa Durand, or about whom the arguments say."""
    who = who or traits()
    number = number or ins()
    parent = (
        f'<relatedDocument typeCode="RPLC"><parentDocument><id root="{replaces}"/></parentDocument></relatedDocument>'
    )
    patient_id = (
        f'<id root="{number.oid}" extension="{number.value}"/>' if number.value else '<id root="1.2.3" extension="7"/>'
    )
    return _CDA.format(
        unique_id=unique_id,
        type_code=type_code,
        type_system=type_system,
        title=title,
        effective=effective,
        patient_id=patient_id,
        given=" ".join(who.birth_given),
        first=who.first_given,
        family=who.birth_family,
        sex=who.sex,
        born=who.born_on.strftime("%Y%m%d"),
        place=who.birth_place,
        author=author,
        replaces=parent if replaces else "",
        sections=_NARRATIVE.format(text) + sections,
    ).encode()
