package ptar.cli.list;

import ptar.tree.Metadata;
import ptar.tree.Owner;

/// Everything of a `-tv` line before the name, in columns that grow and never shrink, as GNU tar 1.34 does it.
public final class ListingLine {
    /// Width of owner, group and size to start with.
    private int ownerAndSizeWidth = 19;
    private int timeWidth = "YYYY-MM-DD HH:MM".length();

    private final TimeText times;
    private final boolean numericOwner;

    public ListingLine(TimeText times, boolean numericOwner) {
        this.times = times;
        this.numericOwner = numericOwner;
    }

    /// @param hardLink whether the entry is another name of one that was listed: its size is not told again
    /// @param mark behind the mode: `*`, `+`, `.` or a blank where marks are asked for, else empty
    public String of(Metadata metadata, boolean hardLink, String mark) {
        Owner owner = metadata.owner();
        String user = numericOwner || owner.user().isEmpty() ? Long.toString(owner.uid()) : owner.user();
        String group = numericOwner || owner.group().isEmpty() ? Long.toString(owner.gid()) : owner.group();
        String size = metadata.type().isDevice()
                ? Integer.toUnsignedString(metadata.major()) + "," + Integer.toUnsignedString(metadata.minor())
                : Long.toString(hardLink ? 0 : metadata.size());
        String time = times.of(metadata.modificationTime());
        char letter = hardLink ? 'h' : ModeText.letter(metadata.type());
        int needed = user.length() + 1 + group.length() + 1 + size.length();
        ownerAndSizeWidth = Math.max(ownerAndSizeWidth, needed);
        timeWidth = Math.max(timeWidth, time.length());
        StringBuilder line = new StringBuilder(80);
        line.append(ModeText.of(letter, metadata.mode())).append(mark).append(' ');
        line.append(user).append('/').append(group).append(' ');
        line.repeat(' ', ownerAndSizeWidth - needed).append(size).append(' ');
        return line.append(time).repeat(' ', timeWidth - time.length()).toString();
    }
}
