// Floats with roots and divisions: five bodies attract each other.
enum { BODIES = 5 };

typedef struct {
  double x, y, z, vx, vy, vz, mass;
} Body;

static Body bodies[BODIES];

__attribute__((noinline)) static void advance(double dt) {
  for (int i = 0; i < BODIES; i++) {
    for (int j = i + 1; j < BODIES; j++) {
      Body *a = &bodies[i], *b = &bodies[j];
      double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
      double square = dx * dx + dy * dy + dz * dz + 0.01;
      double force = dt / (square * __builtin_sqrt(square));
      a->vx -= dx * b->mass * force;
      a->vy -= dy * b->mass * force;
      a->vz -= dz * b->mass * force;
      b->vx += dx * a->mass * force;
      b->vy += dy * a->mass * force;
      b->vz += dz * a->mass * force;
    }
  }
  for (int i = 0; i < BODIES; i++) {
    bodies[i].x += dt * bodies[i].vx;
    bodies[i].y += dt * bodies[i].vy;
    bodies[i].z += dt * bodies[i].vz;
  }
}

__attribute__((export_name("run"))) int run(int n) {
  for (int i = 0; i < BODIES; i++) bodies[i] = (Body){i, i * i * 0.5, 3 - i, 0.1 * i, 0.2, -0.1 * i, 1 + i * 0.1};
  for (int i = 0; i < n; i++) advance(0.001);
  double sum = 0;
  for (int i = 0; i < BODIES; i++) sum += bodies[i].x + bodies[i].vy;
  return (int)(sum * 1e6);
}
