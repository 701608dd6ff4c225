// fhir-kit-client, as its users have it, against the server of argv: one JSON object a step on standard output.
import { Client } from 'fhir-kit-client';
import { step, target } from './steps.mjs';

const client = new Client({ baseUrl: `${target.base_url}/fhir` });
let patient;
let observation;
const pulse = (value, more = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
  subject: { reference: `Patient/${patient.id}` },
  valueQuantity: { value, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  ...more,
});

await step('smart configuration', async () => {
  const { tokenUrl } = await client.smartAuthMetadata();
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: target.client_id, client_secret: target.client_secret });
  const answer = await fetch(tokenUrl, { method: 'POST', body });
  client.bearerToken = (await answer.json()).access_token;
  return String(tokenUrl).replace(target.base_url, '');
});
await step('capability', async () => {
  const statement = await client.capabilityStatement();
  return [statement.resourceType, statement.fhirVersion, statement.rest[0].resource.length > 140];
});
await step('create', async () => {
  patient = await client.create({ resourceType: 'Patient', body: { resourceType: 'Patient', name: [{ family: 'KIT' }] } });
  observation = await client.create({ resourceType: 'Observation', body: pulse(60) });
  return [patient.resourceType, observation.meta.versionId];
});
await step('read', async () => (await client.read({ resourceType: 'Observation', id: observation.id })).valueQuantity.value);
await step('search with paging', async () => {
  for (let n = 61; n < 66; n++) await client.create({ resourceType: 'Observation', body: pulse(n) });
  let bundle = await client.search({ resourceType: 'Observation', searchParams: { patient: patient.id, _count: 2, _sort: '_id' } });
  const seen = [];
  let pages = 0;
  while (bundle) {
    pages++;
    seen.push(...bundle.entry.map((each) => each.resource.valueQuantity.value));
    bundle = await client.nextPage({ bundle });
  }
  return [pages, seen.sort()];
});
await step('search by post', async () => {
  const options = { postSearch: true };
  const bundle = await client.search({ resourceType: 'Observation', searchParams: { patient: patient.id, code: '8867-4' }, options });
  return [bundle.type, bundle.total];
});
await step('conditional create', async () => {
  const body = pulse(70, { identifier: [{ system: 'urn:essai', value: 'k-1' }] });
  const headers = { 'If-None-Exist': `patient=${patient.id}&identifier=urn:essai|k-1` };
  const first = await client.create({ resourceType: 'Observation', body, options: { headers } });
  const second = await client.create({ resourceType: 'Observation', body, options: { headers } });
  return first.id === second.id;
});
await step('update', async () => {
  const headers = { 'If-Match': 'W/"1"' };
  const body = { ...observation, status: 'amended' };
  const changed = await client.update({ resourceType: 'Observation', id: observation.id, body, options: { headers } });
  return [changed.meta.versionId, changed.status];
});
await step('update of a former version', async () => {
  const headers = { 'If-Match': 'W/"1"' };
  return client.update({ resourceType: 'Observation', id: observation.id, body: observation, options: { headers } });
});
await step('conditional update', async () => {
  const searchParams = { patient: patient.id, identifier: 'urn:essai|k-2' };
  const body = pulse(71, { identifier: [{ system: 'urn:essai', value: 'k-2' }] });
  const made = await client.update({ resourceType: 'Observation', searchParams, body });
  return made.valueQuantity.value;
});
await step('patch', async () => {
  const jsonPatch = [{ op: 'add', path: '/note', value: [{ text: 'au repos' }] }];
  const changed = await client.patch({ resourceType: 'Observation', id: observation.id, jsonPatch });
  return [changed.meta.versionId, changed.note[0].text];
});
await step('vread', async () => (await client.vread({ resourceType: 'Observation', id: observation.id, version: '1' })).status);
await step('history', async () => {
  const one = await client.history({ resourceType: 'Observation', id: observation.id });
  return [one.type, one.entry.map((each) => each.resource.meta.versionId)];
});
await step('transaction', async () => {
  const bundle = await client.transaction({
    body: {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { fullUrl: 'urn:uuid:5c1a4f3e-52f1-4b7e-8d57-6a1c9c6d2f10', request: { method: 'POST', url: 'Observation' }, resource: pulse(80) },
        {
          request: { method: 'POST', url: 'DiagnosticReport' },
          resource: {
            resourceType: 'DiagnosticReport',
            status: 'final',
            code: { text: 'pouls' },
            subject: { reference: `Patient/${patient.id}` },
            result: [{ reference: 'urn:uuid:5c1a4f3e-52f1-4b7e-8d57-6a1c9c6d2f10' }],
          },
        },
      ],
    },
  });
  return [bundle.type, bundle.entry.map((each) => each.response.status.slice(0, 3))];
});
await step('batch', async () => {
  const entry = [{ request: { method: 'GET', url: `Observation?patient=${patient.id}&_count=1` } }];
  const bundle = await client.batch({ body: { resourceType: 'Bundle', type: 'batch', entry } });
  return [bundle.type, bundle.entry[0].resource.type];
});
await step('compartment search', async () => {
  const compartment = { resourceType: 'Patient', id: patient.id };
  return (await client.compartmentSearch({ resourceType: 'Observation', compartment })).type;
});
await step('everything', async () => {
  const bundle = await client.operation({ name: '$everything', resourceType: 'Patient', id: patient.id, method: 'GET' });
  return [bundle.type, bundle.entry.some((each) => each.resource.resourceType === 'DiagnosticReport')];
});
await step('validate', async () => {
  const outcome = await client.operation({ name: '$validate', resourceType: 'Observation', input: { ...pulse(1), status: 'done' } });
  return outcome.issue.map((each) => [each.severity, each.expression[0]]);
});
await step('resolve', async () => (await client.resolve({ reference: observation.subject.reference })).name[0].family);
await step('delete', async () => {
  await client.delete({ resourceType: 'Observation', id: observation.id });
  return client.read({ resourceType: 'Observation', id: observation.id });
});
