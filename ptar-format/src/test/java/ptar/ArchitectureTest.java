package ptar;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Packages point downwards: each knows those below it only, and the stages do not know each other's neighbours.
final class ArchitectureTest {
    /// Package to the packages of ptar that it may import.
    private static final Map<String, List<String>> MAY_IMPORT = new TreeMap<>(Map.ofEntries(
            Map.entry("error", List.of()),
            Map.entry("hash", List.of()),
            Map.entry("tree", List.of("error")),
            Map.entry("tree.posix", List.of("tree", "error")),
            Map.entry("tree.portable", List.of("tree", "error")),
            Map.entry("storage", List.of("error")),
            Map.entry("chunk", List.of("hash", "error")),
            Map.entry("layout", List.of("tree", "hash", "error")),
            Map.entry("crypto", List.of("layout", "hash", "error")),
            Map.entry("block", List.of("chunk", "storage", "layout", "tree", "hash", "error")),
            Map.entry("index", List.of("layout", "tree", "hash", "error")),
            Map.entry("segment", List.of("crypto", "storage", "layout", "hash", "error")),
            Map.entry("write", List.of("tree", "chunk", "block", "segment", "crypto", "index", "layout", "storage",
                    "hash", "error")),
            Map.entry("read", List.of("tree", "chunk", "block", "segment", "crypto", "index", "layout", "storage",
                    "hash", "error"))));

    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("ptar");
    }

    @Test
    void packagesPointDownwards() {
        LayeredArchitecture layers = layeredArchitecture().consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true);
        for (String name : MAY_IMPORT.keySet()) {
            layers = layers.layer(name).definedBy("ptar." + name);
        }
        layers = layers.layer("front door").definedBy("ptar")
                .whereLayer("front door").mayNotBeAccessedByAnyLayer();
        for (Map.Entry<String, List<String>> entry : MAY_IMPORT.entrySet()) {
            String[] below = entry.getValue().toArray(String[]::new);
            layers = below.length == 0 ? layers.whereLayer(entry.getKey()).mayNotAccessAnyLayer()
                    : layers.whereLayer(entry.getKey()).mayOnlyAccessLayers(below);
        }
        layers.check(classes);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("ptar.(**)").should().beFreeOfCycles().allowEmptyShould(true).check(classes);
    }

    @Test
    void everyPackageHasItsPlace() {
        Set<String> known = MAY_IMPORT.keySet().stream().map(name -> "ptar." + name)
                .collect(Collectors.toCollection(TreeSet::new));
        known.add("ptar");
        Set<String> unknown = classes.stream().map(JavaClass::getPackageName)
                .filter(name -> !known.contains(name)).collect(Collectors.toCollection(TreeSet::new));

        assertEquals(Set.of(), unknown);
    }
}
