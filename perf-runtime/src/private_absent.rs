//! Stands in for `private` where recording is compiled out: no code is generated, so there is
//! nothing that it could use.
