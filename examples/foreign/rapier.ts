import { type Embedder, type ForeignProgram, packageFile, type Support } from "./program.ts";

/** The name that the module imports from. */
const GLUE = "./rapier_wasm2d_bg.js";

/**
 * What the module imports. A vector comes back number by number, through an import that sets
 * elements of an array. And there is a clock that stands, after objects of JavaScript that are all
 * one.
 */
const GLUE_MODULE = `(module
  (memory 1)
  (func (export "__wbg_set_index_aac0f95bd3ef91b6") (param $array i32) (param $index i32) (param $value f32)
    (f32.store (i32.shl (local.get $index) (i32.const 2)) (local.get $value)))
  (func (export "__wbindgen_object_drop_ref") (param i32))
  (func (export "__wbindgen_object_clone_ref") (param i32) (result i32) (local.get 0))
  (func (export "__wbg_static_accessor_SELF_42d4fae05e59267a") (result i32) (i32.const 1))
  (func (export "__wbg___wbindgen_is_undefined_6cff064c44e0d823") (param i32) (result i32) (i32.const 0))
  (func (export "__wbg_performance_3fcf6e32a7e1ed0a") (param i32) (result i32) (i32.const 1))
  (func (export "__wbg_now_e7c6795a7f81e10f") (param i32) (result f64) (f64.const 0))
  (func (export "element") (param i32) (result f32) (f32.load (i32.shl (local.get 0) (i32.const 2)))))`;

export const GLUE_SUPPORT: Support = { name: GLUE, text: GLUE_MODULE };

/** The module as the package has it. */
export function rapierModule(): Uint8Array<ArrayBuffer> {
  return packageFile("@dimforge/rapier2d-deterministic", "rapier_wasm2d_bg.wasm");
}

const DYNAMIC = 0;
const FIXED = 1;

/** Boxes in a tower that leans, on the ground. */
const BOXES = 5;
const STEPS = 25;

/** A box; its angle is in radians. */
export interface Body {
  readonly kind: number;
  readonly x: number;
  readonly y: number;
  readonly angle: number;
  readonly halfWidth: number;
  readonly halfHeight: number;
  /** Whether it is left out of the simulation as long as nothing moves it. */
  readonly sleeps: boolean;
}

/** The ground, and boxes that may fall on it. */
export function bodiesOf(boxes: readonly Pick<Body, "x" | "y" | "angle" | "sleeps">[]): Body[] {
  const ground = { kind: FIXED, x: 0, y: -0.5, angle: 0, halfWidth: 10, halfHeight: 0.5, sleeps: true };
  return [ground, ...boxes.map((box) => ({ ...box, kind: DYNAMIC, halfWidth: 0.5, halfHeight: 0.5 }))];
}

const BODIES = bodiesOf(
  Array.from({ length: BOXES }, (_, i) => ({ x: 0.3 * i, y: 0.6 + 1.1 * i, angle: 0.1 * i, sleeps: true })),
);

/**
 * Adds a body and its collider, and gives its handle. Arguments that have no name here are the
 * library's defaults.
 */
function addBody(guest: Embedder, bodies: number, colliders: number, body: Body): number {
  const zero = guest.call("rawvector_zero")!;
  const place = guest.call("rawvector_new", body.x, body.y)!;
  const turn = guest.call("rawrotation_fromAngle", body.angle)!;
  const handle = guest.call(
    "rawrigidbodyset_createRigidBody",
    ...[
      bodies,
      1,
      place,
      turn,
      1,
      0,
      0,
      zero,
      zero,
      0,
      0,
      1,
      1,
      1,
      0,
      0,
      body.kind,
      Number(body.sleeps),
      0,
      0,
      0,
      0,
      0,
    ],
  )!;
  const shape = guest.call("rawshape_cuboid", body.halfWidth, body.halfHeight)!;
  const straight = guest.call("rawrotation_identity")!;
  const result = guest.call("__wbindgen_add_to_stack_pointer", -16)!;
  guest.call(
    "rawcolliderset_createCollider",
    ...[
      result,
      colliders,
      1,
      shape,
      zero,
      straight,
      0,
      0,
      zero,
      0,
      1,
      0.5,
      0,
      0,
      0,
      0,
      -1,
      -1,
      15,
      0,
      0,
      0,
      0,
      1,
      handle,
    ],
    bodies,
  );
  guest.call("__wbindgen_add_to_stack_pointer", 16);
  return Number(handle);
}

/** A simulation in the module's memory. */
export interface World {
  /** What a step of the simulation takes. */
  readonly parts: readonly number[];
  /** The set of its bodies, one of the parts. */
  readonly bodies: number;
  /** Names of the bodies within the set. */
  readonly handles: readonly number[];
}

/** Makes a world with these bodies. */
export function makeWorld(guest: Embedder, content: readonly Body[]): World {
  const make = (name: string): number => Number(guest.call(`raw${name}_new`));
  const bodies = make("rigidbodyset");
  const colliders = make("colliderset");
  const handles = content.map((body) => addBody(guest, bodies, colliders, body));
  const gravity = Number(guest.call("rawvector_new", 0, -9.81));
  const parts = [
    make("physicspipeline"),
    gravity,
    make("integrationparameters"),
    make("islandmanager"),
    make("broadphase"),
    make("narrowphase"),
    bodies,
    colliders,
    make("impulsejointset"),
    make("multibodyjointset"),
    make("ccdsolver"),
  ];
  return { parts, bodies, handles };
}

/**
 * A physics engine: contacts, friction, a solver of constraints. Nearly all of it is arithmetic of
 * 32-bit floats.
 */
export const rapier: ForeignProgram = {
  package: "@dimforge/rapier2d-deterministic",
  license: "Apache-2.0",
  toolchain: "Rust (wasm-bindgen)",
  computes: `${STEPS} steps of ${BOXES} boxes that fall and collide`,
  module: rapierModule,
  support: [GLUE_SUPPORT],
  run: (guest) => {
    const { parts, bodies, handles } = makeWorld(guest, BODIES);
    for (let step = 0; step < STEPS; step++) guest.call("rawphysicspipeline_step", ...parts);
    const places = handles.slice(1).map((handle) => {
      guest.call("rawrigidbodyset_rbTranslation", bodies, handle, 0);
      return [0, 1].map((i) => Number(guest.support(`${GLUE}.element`, i)).toFixed(4)).join(",");
    });
    return places.join(" ");
  },
  // As V8 computes it.
  expected: () => "-0.0109,0.4997 0.3537,1.5013 0.7313,2.4923 1.0335,3.4843 1.3041,4.5067",
};
