/** What lies above the page and can be asked for from anywhere. */
class Layers {
  environments = $state(false);
  tenants = $state(false);
}

export const layers = new Layers();
