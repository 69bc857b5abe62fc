package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A tree with every kind of metadata that the kernel shows goes in and comes out the same, as root; and as an ordinary
/// user all that one may have, with a line for each kind of what one may not.
final class FidelityIT {
    /// What ordinary programs can tell of a tree; equal trees print the same. Times of the links' and folders' access
    /// are left to those whom they were kept for.
    private static final String SNAPSHOT = """
            snapshot() { (cd "$1"
                find . -type d -printf '%P %y %m %U %G %T@ %n\\n' -o -printf '%P %y %m %U %G %s %T@ %n %l\\n' | sort
                find . ! -type d -printf '%i %P\\n' | sort -k 2 | awk '{ if (!($1 in g)) g[$1] = $2; print $2, g[$1] }'
                find . -type f -printf '%P %b\\n' | sort
                find . -type c -exec stat -c '%n %t:%T' {} + -o -type b -exec stat -c '%n %t:%T' {} + | sort
                getfattr -hRPdm- . | awk 'BEGIN { RS = ""; ORS = "\\n\\n" } { print | "sort -z" }'
                getfacl -RPn . ; getcap -r . | sort; lsattr -aR . 2> /dev/null | grep / | sort) }
            """;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void makesTree() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "owners, devices and capabilities need root");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x")); // for other users
        Shell.prepare(folder, """
                for program in rsync getfattr setfacl getcap lsattr python3; do command -v $program > /dev/null ||
                    { echo "$program is not there" >&2; exit 1; }; done
                mkdir tree; cd tree; mkdir -p a/b/c empty sticky; echo one > a/one; echo two > a/b/two; : > a/zero
                ln a/one a/b/one-again; ln a/one sticky/one-more; ln -s ../one a/b/link; ln a/b/link a/link-again
                mkfifo fifo; ln fifo a/fifo-again; mknod null c 1 3; ln null null-again; mknod disk b 300 70000
                python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'; ln socket a/socket-again
                cp /bin/true suid; chown 1:2 suid; chmod 6755 suid; chown 12345:4000000000 a/b; chown -h 7:8 a/b/link
                chmod 1777 sticky; chmod 2750 a/b; chmod 0 a/zero; chmod 500 empty
                setfattr -n user.color -v blue a/one; setfattr -n user.empty a/one; setfattr -n user.dir -v e a/b
                setfattr -n user.bytes -v 0x000102ff0a00 a/one; setfattr -n trusted.secret -v hidden a/one
                setfattr -n user.large -v "$(head -c 3000 /dev/zero | tr '\\0' v)" a/b/two
                setfattr -n trusted.dir -v d a/b; setfattr -h -n trusted.link -v l a/b/link
                setfattr -n trusted.fifo -v f fifo; setfattr -n trusted.device -v f null
                setfattr -n security.own -v x a/one; setcap cap_net_raw,cap_net_admin+ep a/b/two
                setcap cap_net_bind_service=i suid; setfacl -m u:33:rw,g:44:r,m::rwx a/b/two
                setfacl -d -m u:33:rwx,g:44:rx a; setfacl -m u:1:--- empty
                truncate -s 1M hole; truncate -s 8M holes; for at in 1000000 4194304 8388600; do
                    printf abc | dd of=holes bs=1 seek=$at conv=notrunc status=none; done
                printf begin > holeend; truncate -s 3M holeend; truncate -s 3M holebegin; printf end >> holebegin
                dd if=/dev/zero of=zeros bs=64K count=20 status=none; echo flags > flags; echo fixed > fixed; mkdir keep
                touch -h -d '1969-12-31 23:59:58.987654321' a/b/link; touch -d '2001-02-03 04:05:06.000000001' a/one
                touch -d '2038-01-19 03:14:08.999999999' null; touch -d '2100-05-05 05:05:05.123456789' fifo socket
                touch -a -d '2002-02-02 02:02:02.222222222' zeros hole
                touch -d '1910-01-01 00:00:00.5' a/b/c; touch -d '2011-11-11 11:11:11.111111111' a/b a empty sticky .
                chattr +dA flags; chattr +S hole; chattr +d keep; chattr +i fixed
                """);
    }

    /// Immutable files can't be deleted.
    @AfterAll
    static void takesFlagsAway() throws Exception {
        Shell.run(folder, "chattr -i tree/fixed out/tree/fixed");
    }

    @Test
    void bringsBackAllMetadata() throws Exception {
        List<String> ways = List.of(
                "ptar cf a.ptar --inode-flags --access-time tree && ptar xf a.ptar --inode-flags --access-time -C out",
                "ptar c --inode-flags --access-time tree | ptar x --inode-flags --access-time -C out");
        for (String way : ways) {
            Ptar.Outcome outcome = Shell.run(folder, SNAPSHOT + "mkdir out; " + way + """

                    echo "exit code $?"; rsync -aHAXn --delete --itemize-changes tree/ out/tree/
                    diff <(snapshot tree) <(snapshot out/tree)
                    stat -c '%n %x' tree/zeros tree/hole | diff - <(cd out; stat -c '%n %x' tree/zeros tree/hole)
                    chattr -i out/tree/fixed; rm -r out
                    """);

            assertEquals("", outcome.err(), way);
            assertEquals("exit code 0\n", outcome.out(), way);
        }
    }

    /// What nobody may have: others' files, devices, privileged xattrs; each told once.
    @Test
    void bringsBackWhatAnOrdinaryUserMayHave() throws Exception {
        List<String> ways = List.of("ptar xf a.ptar --same-owner -p -C out", "ptar x --same-owner -p -C out < a.ptar");
        for (String way : ways) {
            Ptar.Outcome outcome = Shell.run(folder, SNAPSHOT + """
                    ptar() { setpriv --reuid=65534 --regid=65534 --clear-groups "$PTAR" "$@"; }
                    "$PTAR" cf a.ptar tree; mkdir out; chown 65534:65534 out; WAY; echo "exit code $?"
                    own() { (cd $1; find . ! -type c ! -type b ! -name suid ! -name zero ! -path './a/b*' \\
                        -printf '%P %y %m %T@ %n %l\\n' | sort); }
                    diff <(own tree) <(own out/tree)
                    xattrs() { (cd $1; find . \\( -type f -o -type d \\) -print0 | sort -z | xargs -0 getfattr -d); }
                    diff <(xattrs tree) <(xattrs out/tree)
                    diff <(cd tree; getfacl -pn a a/b/two empty | grep -v '^#') \\
                        <(cd out/tree; getfacl -pn a a/b/two empty | grep -v '^#')
                    stat -c '%n %A %u' out/tree/suid out/tree/a/b; rm -r out
                    """.replace("WAY", way));

            assertEquals("""
                    ptar: tree/disk: Cannot mknod: Operation not permitted
                    ptar: tree/null-again: Cannot mknod: Operation not permitted
                    ptar: tree/null: Cannot mknod: Operation not permitted
                    """, outcome.err().lines().filter(line -> line.contains("mknod")).sorted().map(line -> line + "\n")
                    .reduce("", String::concat), way);
            assertEquals("""
                    owner
                    xattr security
                    xattr trusted
                    """, outcome.err().lines().filter(line -> line.contains("Cannot restore"))
                    .map(line -> line.replaceFirst(".*Cannot restore (owner|xattr [a-z]*).*", "$1\n"))
                    .reduce("", String::concat), outcome::err);
            assertEquals(7, outcome.err().lines().count(), outcome::err);
            assertEquals("""
                    exit code 2
                    out/tree/suid -rwxr-xr-x 65534
                    out/tree/a/b drwxr-s--- 65534
                    """, outcome.out(), way);
        }
    }

    @Test
    void warnsOnlyOfPrivilegedXattrs() throws Exception {
        Ptar.Outcome outcome = Shell.run(folder, """
                mkdir out; chown 65534:65534 out; "$PTAR" cf b.ptar -C tree a/one a/b
                ptar() { setpriv --reuid=65534 --regid=65534 --clear-groups "$PTAR" "$@"; }
                ptar xf b.ptar -C out; echo "exit code $?"; ptar xf b.ptar -C out --warning=no-xattr-write; rm -r out
                """);

        assertEquals("exit code 0\n", outcome.out());
        assertEquals("""
                ptar: FILE: Warning: Cannot restore xattr security.X (and 1 more of security.*): Operation not permitted
                ptar: FILE: Warning: Cannot restore xattr trusted.X (and 2 more of trusted.*): Operation not permitted
                """, outcome.err().replaceAll("ptar: a/[^:]*", "ptar: FILE")
                .replaceAll("(xattr [a-z]*)[.][a-z]*", "$1.X"));
    }
}
