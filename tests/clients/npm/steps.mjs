// What the scripts of the clients share: where the server is, and a line of JSON for each step.
export const target = JSON.parse(process.argv[2]);

const seen = (error) => ({
  error: String(error?.message ?? error).slice(0, 300),
  status: error?.response?.status ?? error?.status ?? 0,
  outcome: error?.outcome?.issue?.[0]?.details?.coding?.[0]?.code ?? error?.response?.data?.issue?.[0]?.details?.coding?.[0]?.code ?? '',
});

export async function step(name, act) {
  try {
    console.log(JSON.stringify({ step: name, gives: await act() }));
  } catch (error) {
    console.log(JSON.stringify({ step: name, ...seen(error) }));
  }
}
