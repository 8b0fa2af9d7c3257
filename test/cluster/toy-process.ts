/**
 * The toy application as a process of its own: `node toy-process.ts SOCKET STATE [RECORDING]`. With
 * a recording, every request of the engine is appended to that file, a line of hexadecimal digits
 * each.
 */
import { appendFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { Frames } from "../../cluster/abci/frames.ts";
import { AbciServer } from "../../cluster/abci/server.ts";
import { toyApplication } from "./toy-application.ts";

const [, , path = "", state = "", recording] = process.argv;
const place = recording === undefined ? path : `${path}.2`;
await AbciServer.listen(toyApplication(state), { path: place }, { onProblem: (error) => console.error(error) });

if (recording !== undefined) {
  createServer((engine) => {
    const application = connect(place);
    const frames = new Frames();
    engine.on("data", (bytes) => {
      frames.push(bytes);
      for (let frame = frames.next(); frame !== undefined; frame = frames.next())
        appendFileSync(recording, `${Buffer.from(frame).toString("hex")}\n`);
    });
    engine.pipe(application).pipe(engine);
  }).listen(path);
}
