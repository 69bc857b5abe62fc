/// The bytes on disk: one record for each structure of the specification with its bounds, its writer and its reader.
/// Every constant of the format stands here, once.
package ptar.layout;
