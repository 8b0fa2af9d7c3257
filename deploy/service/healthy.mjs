/** Ends with 0 if the service in this container lives, as its /healthz says, else with 1. */
const { fetch, process } = globalThis;

const port = process.env.ARBITER_HEALTH_PORT;
const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
process.exitCode = answer?.ok === true ? 0 : 1;
