// @medplum/core, as its users have it, against the server of argv: one JSON object a step on standard output.
import { MedplumClient } from '@medplum/core';
import { step, target } from './steps.mjs';

const medplum = new MedplumClient({
  baseUrl: target.base_url,
  fhirUrlPath: 'fhir',
  tokenUrl: 'oauth/token',
  cacheTime: 0,
});
const weight = (value, more = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }],
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
  subject: { reference: `Patient/${patient.id}` },
  effectiveDateTime: `2026-01-${String(value % 28 + 1).padStart(2, '0')}`,
  valueQuantity: { value, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  ...more,
});
let patient;
let observation;

await step('token', async () => typeof (await medplum.startClientLogin(target.client_id, target.client_secret)));
await step('create', async () => {
  patient = await medplum.createResource({ resourceType: 'Patient', name: [{ family: 'MEDPLUM', given: ['Zoé'] }] });
  observation = await medplum.createResource(weight(60));
  return [patient.meta.versionId, observation.meta.versionId, observation.subject.reference === `Patient/${patient.id}`];
});
await step('read', async () => (await medplum.readResource('Observation', observation.id)).valueQuantity.value);
await step('read reference', async () => (await medplum.readReference(observation.subject)).name[0].family);
await step('search with paging', async () => {
  for (let n = 61; n < 68; n++) await medplum.createResource(weight(n));
  const seen = [];
  let pages = 0;
  const query = { patient: patient.id, code: '29463-7', _count: 3, _sort: 'date' };
  for await (const page of medplum.searchResourcePages('Observation', query)) {
    pages++;
    seen.push(...page.map((each) => each.valueQuantity.value));
  }
  return [pages, seen];
});
await step('search one', async () => (await medplum.searchOne('Observation', { patient: patient.id, _sort: '-date' })).valueQuantity.value);
await step('conditional create', async () => {
  const identifier = [{ system: 'urn:essai', value: 'm-1' }];
  const query = `patient=${patient.id}&identifier=urn:essai|m-1`;
  const first = await medplum.createResourceIfNoneExist(weight(70, { identifier }), query);
  const second = await medplum.createResourceIfNoneExist(weight(71, { identifier }), query);
  return [first.id === second.id, second.valueQuantity.value];
});
await step('update', async () => {
  const changed = await medplum.updateResource({ ...observation, status: 'amended' });
  return [changed.meta.versionId, changed.status];
});
await step('update of a former version', async () => {
  const headers = { 'If-Match': 'W/"1"' };
  return medplum.updateResource({ ...observation, status: 'corrected' }, { headers });
});
await step('upsert', async () => {
  const identifier = [{ system: 'urn:essai', value: 'm-2' }];
  const made = await medplum.upsertResource(weight(72, { identifier }), `patient=${patient.id}&identifier=urn:essai|m-2`);
  const again = await medplum.upsertResource(weight(73, { identifier }), `patient=${patient.id}&identifier=urn:essai|m-2`);
  return [made.id === again.id, again.meta.versionId, again.valueQuantity.value];
});
await step('patch', async () => {
  const changed = await medplum.patchResource('Observation', observation.id, [{ op: 'replace', path: '/valueQuantity/value', value: 61.5 }]);
  return [changed.meta.versionId, changed.valueQuantity.value];
});
await step('history', async () => {
  const bundle = await medplum.readHistory('Observation', observation.id);
  const version = await medplum.readVersion('Observation', observation.id, '1');
  return [bundle.type, bundle.entry.map((each) => each.resource.meta.versionId), version.status];
});
await step('validate', async () => (await medplum.validateResource(weight(1))).issue.some((each) => each.severity === 'error'));
await step('transaction', async () => {
  const bundle = await medplum.executeBatch({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        fullUrl: 'urn:uuid:0a9b3bd2-7a40-4a52-9d2c-1d0f63fbb1a1',
        request: { method: 'POST', url: 'Encounter' },
        resource: { resourceType: 'Encounter', status: 'finished', class: { code: 'AMB' }, subject: { reference: `Patient/${patient.id}` } },
      },
      {
        request: { method: 'POST', url: 'Observation' },
        resource: weight(80, { encounter: { reference: 'urn:uuid:0a9b3bd2-7a40-4a52-9d2c-1d0f63fbb1a1' } }),
      },
    ],
  });
  const local = bundle.entry[1].response.location.replace(/.*Observation\//, '').split('/')[0];
  const encounter = (await medplum.readResource('Observation', local)).encounter.reference;
  return [bundle.type, bundle.entry.map((each) => each.response.status.slice(0, 3)), bundle.entry[0].response.location.includes(encounter)];
});
await step('batch', async () => {
  const bundle = await medplum.executeBatch({
    resourceType: 'Bundle',
    type: 'batch',
    entry: [
      { request: { method: 'GET', url: `Patient/${patient.id}` } },
      { request: { method: 'GET', url: 'Practitioner/none' } },
    ],
  });
  return bundle.entry.map((each) => each.response.status.slice(0, 3));
});
await step('everything', async () => {
  const bundle = await medplum.readPatientEverything(patient.id);
  return [bundle.type, bundle.entry.length > 10, [...new Set(bundle.entry.map((each) => each.resource.resourceType))].sort()];
});
await step('expand', async () => {
  const set = await medplum.valueSetExpand({ url: 'http://hl7.org/fhir/ValueSet/observation-status', filter: 'final' });
  return set.expansion.contains.map((each) => each.code);
});
await step('graphql', async () => {
  const answer = await medplum.graphql(`{ Patient(id: "${patient.id}") { name { family } } }`);
  return answer.data.Patient.name[0].family;
});
await step('binary', async () => {
  const made = await medplum.createBinary({ data: 'bonjour', contentType: 'text/plain', securityContext: { reference: `Patient/${patient.id}` } });
  const blob = await medplum.download(medplum.fhirUrl('Binary', made.id));
  return [made.contentType, await blob.text()];
});
await step('delete', async () => {
  await medplum.deleteResource('Observation', observation.id);
  return medplum.readResource('Observation', observation.id);
});
await step('not valid', async () => medplum.createResource({ ...weight(1), status: 'done' }));
await step('export', async () => {
  const answer = await medplum.bulkExport('', 'Observation', undefined, { pollStatusOnAccepted: true, pollStatusPeriod: 200 });
  const files = await Promise.all(answer.output.map(async (each) => (await (await medplum.download(each.url)).text()).trim().split('\n').length));
  return [answer.output.map((each) => each.type), files[0] > 8];
});
