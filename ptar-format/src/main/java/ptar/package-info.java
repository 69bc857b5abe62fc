/// The front door: a writer, a reader and their options, small enough to read in one sitting. Programs that use the
/// library start here; everything below is wiring and stages.
package ptar;
