"""A home through many days, good and bad ones, in virtual time: the integration's own publishing."""
