package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Scripts as they are found in the wild, written for tar, do the same when a link named `tar` to ptar comes first in
/// `PATH`: what they print, how they end, and the trees that they leave.
final class ScriptsIT {
    /// What a script left, but for the archives.
    private static final String LEFT = """

            code=$?; cd "$TOP"; find . -name '*.tar*' -o -name '*.log' -o -printf '%p %y %m %U:%G %s %T+ %n %l\\n' \\
                | grep -v -e '^[.] ' -e "$(date +%F)" | sort
            find . -type f ! -name '*.tar*' ! -name '*.log' -print0 | sort -z | xargs -0 sha256sum; exit $code
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void callsPtarTar() throws Exception {
        Files.createDirectory(folder.resolve("bin"));
        Files.createSymbolicLink(folder.resolve("bin/tar"), Ptar.LAUNCHER);
    }

    private void assertDoesTheSame(String script) throws Exception {
        Ptar.Outcome expected = run("/nowhere", "with-tar", script);
        assertEquals(0, expected.exitCode(), expected::err);
        Ptar.Outcome actual = run(folder.resolve("bin").toString(), "with-ptar", script);
        assertEquals(expected.out(), actual.out(), actual::err);
        assertEquals(expected.err(), actual.err());
        assertEquals(0, actual.exitCode());
        assertFalse(expected.out().isEmpty());
    }

    private Ptar.Outcome run(String path, String name, String script) throws Exception {
        Files.createDirectory(folder.resolve(name));
        return Shell.run(folder.resolve(name), """
                export PATH="$1:$PATH" TOP="$PWD" TZ=UTC LC_ALL=C; umask 022
                mkdir -p project/src/.git project/doc project/build; cd project
                echo 'int main(void) { return 0; }' > src/main.c; echo '#!/bin/sh' > configure; chmod 755 configure
                echo text > doc/manual.txt; ln -s doc/manual.txt README; ln src/main.c src/again.c
                echo junk > build/main.o; echo '*.o' > .gitignore; echo config > src/.git/config; touch "doc/two words"
                find . -exec touch -h -d '2026-01-02 03:04:05' {} +; cd ..
                set -e
                """ + script + LEFT, path);
    }

    /// As automake and hand-written makefiles do it, with the options of reproducible builds.
    @Test
    void makesADistribution() throws Exception {
        assertDoesTheSame("""
                sed 's/^    /\\t/' > project/Makefile <<'END'
                NAME = hello-1.0
                TAR = tar
                AMTAR = $${TAR-tar}
                dist:
                    rm -rf $(NAME) && mkdir $(NAME) && cp -pR configure src doc $(NAME)
                    $(AMTAR) chof - "$(NAME)" | gzip -9n > $(NAME).tar.gz
                    $(TAR) --sort=name --mtime='2026-02-03 00:00Z' --owner=0 --group=0 --numeric-owner \\
                        --mode=go=rX,u+rw --exclude-vcs --exclude='*.o' \\
                        --transform='s,^,$(NAME)-all/,' -czf $(NAME)-all.tar.gz \\
                        configure src doc README .gitignore build
                    rm -rf $(NAME)
                distcheck: dist
                    mkdir check && gzip -dc $(NAME).tar.gz | $(AMTAR) xf - -C check
                    $(TAR) xzf $(NAME)-all.tar.gz -C check
                    test -x check/$(NAME)/configure && ! test -e check/$(NAME)-all/src/.git
                END
                make -s -C project distcheck; rm -r project/Makefile
                tar tzf project/hello-1.0-all.tar.gz | sort
                """);
    }

    /// A full backup, what is newer than it by a list of `find`, a verified restore, and the oldest rotated away.
    @Test
    void backsUp() throws Exception {
        assertDoesTheSame("""
                cat > backup.sh <<'END'
                #!/bin/bash
                set -euo pipefail
                SOURCE=$1 DEST=$2 STAMP=$3
                log() { echo "$*" >> "$DEST/backup.log"; }
                mkdir -p "$DEST"
                if [ ! -f "$DEST/last-run" ]; then
                    tar --create --gzip --preserve-permissions --one-file-system --exclude-from=exclude.txt \\
                        --exclude-caches --file "$DEST/full-$STAMP.tar.gz" -C "$SOURCE" . 2> >(tee -a err.log >&2)
                else
                    (cd "$SOURCE" && find . -newer "../$DEST/last-run" ! -type d -print0) > list
                    tar -C "$SOURCE" --null --no-recursion -T list -czpf "$DEST/incr-$STAMP.tar.gz"
                fi
                touch -d "$STAMP" "$DEST/last-run"
                ARCHIVE=$(ls -t "$DEST"/*"$STAMP".tar.gz | head -n 1)
                if ! tar -tzf "$ARCHIVE" > contents; then log "broken: $ARCHIVE"; exit 1; fi
                log "$(wc -l < contents) entries"
                sed 's,^[.]/,,' contents | sort
                ls -1 "$DEST"/*.tar.gz | head -n -3 | xargs -r rm --
                END
                printf '%s\\n' '*.o' './src/.git' 'doc/two words' > exclude.txt; mkdir project/cache
                printf 'Signature: 8a477f597d28d172789f06886806bc55\\n' > project/cache/CACHEDIR.TAG
                touch project/cache/big; touch -d '2026-01-02' project/cache/* project/cache
                chmod 600 project/doc/manual.txt
                bash backup.sh project backups 2026-03-01 2>&1 | grep -v 'cache directory tag'
                echo changed > project/doc/manual.txt; touch -d 2026-03-02 project/doc/manual.txt
                bash backup.sh project backups 2026-03-03; bash backup.sh project backups 2026-03-04 || echo "code $?"
                mkdir restored; for archive in backups/full-*.tar.gz backups/incr-*.tar.gz; do
                    tar --extract --gunzip --same-permissions --file="$archive" --directory=restored; done
                touch -d 2026-03-05 list contents backup.sh exclude.txt backups restored project project/doc
                """);
    }

    /// The copies that are older than `cp -a`.
    @Test
    void copies() throws Exception {
        assertDoesTheSame("""
                mkdir one two three four
                tar cf - project | (cd one && tar xpf -)
                (cd project && tar -cf - --exclude=build .) | tar -xf - -C two
                tar -C project -c --exclude-vcs src doc README | tar -C three -x --strip-components=1
                find project -name '*.txt' -print0 | tar --null -T - -c | tar xvC four
                diff -r --no-dereference project one/project
                cd project && tar cf - src/main.c src/again.c | tar xf - -C ../four && cd ..
                touch -d 2026-03-05 one two three four four/project four/project/doc four/src
                """);
    }
}
