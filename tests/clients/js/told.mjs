// Runs scenarios one after another and tells of each in a line of JSON.

const settings = JSON.parse(process.env.SETTINGS);

export { settings };

export async function code(to) {
  const answer = await fetch(`${settings.codes}/code?to=${encodeURIComponent(to)}`);
  if (!answer.ok) throw new Error(`no code for ${to}`);
  return answer.text();
}

export async function totp(secret) {
  const answer = await fetch(`${settings.codes}/totp?secret=${secret}`);
  return answer.text();
}

export async function tell(scenarios) {
  for (const [name, scenario] of Object.entries(scenarios)) {
    try {
      const seen = (await scenario()) ?? {};
      console.log(JSON.stringify({ name, seen }));
    } catch (error) {
      const text = `${error.name ?? error.code}: ${error.message} ${error.stack ?? ""}`;
      console.log(JSON.stringify({ name, error: text.slice(0, 600) }));
    }
  }
}

export function check(condition, text) {
  if (!condition) throw new Error(`expected: ${text}`);
}

export async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error.name === "Error" ? error.constructor.name : (error.name ?? error.code);
  }
  throw new Error("expected a refusal");
}
