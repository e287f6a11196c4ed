"""How times are written, per language: with the name of the zone, of which Indonesia has three."""
