/// Lays frames into runs of fixed-size sealed segments, and opens any of them again at random. Frames enter, stored
/// segments leave for the sink. Never looks into a frame.
package ptar.segment;
