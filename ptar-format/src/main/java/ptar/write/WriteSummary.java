package ptar.write;

/// What was written.
///
/// @param entries in the archive
/// @param fileBytes sum of the files' sizes
/// @param uniqueBytes of them that were not found twice
/// @param archiveBytes stored length of the whole archive
public record WriteSummary(long entries, long fileBytes, long uniqueBytes, long archiveBytes) {}
