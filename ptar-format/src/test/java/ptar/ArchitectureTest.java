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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Packages point downwards: each knows those below it only, and the stages do not know each other's neighbours.
final class ArchitectureTest {
    /// The model, hashes and exceptions, which every layer above may use.
    private static final List<String> BASE = List.of("tree", "hash", "error");

    /// Package to the packages of ptar that it may import.
    private static final Map<String, List<String>> MAY_IMPORT = new TreeMap<>(Map.ofEntries(
            Map.entry("error", List.of()),
            Map.entry("foreign", List.of()),
            Map.entry("hash", List.of()),
            Map.entry("tree", List.of("error", "foreign")),
            Map.entry("storage", List.of("error")),
            baseAnd("chunk"),
            baseAnd("layout"),
            baseAnd("crypto", "layout"),
            baseAnd("block", "chunk", "layout", "storage", "foreign"),
            baseAnd("index", "layout"),
            baseAnd("segment", "crypto", "layout", "storage"),
            baseAnd("write", "segment", "index", "block", "chunk", "crypto", "layout", "storage"),
            baseAnd("read", "segment", "index", "block", "chunk", "crypto", "layout", "storage")));

    private static Map.Entry<String, List<String>> baseAnd(String name, String... below) {
        return Map.entry(name, Stream.concat(BASE.stream(), Stream.of(below)).toList());
    }

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
            layers = layers.layer(name).definedBy("ptar." + name + "..");
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
        slices().matching("ptar.(*)..").should().beFreeOfCycles().allowEmptyShould(true).check(classes);
    }

    @Test
    void everyPackageHasItsPlace() {
        Set<String> unknown = classes.stream().map(JavaClass::getPackageName)
                .filter(name -> !name.equals("ptar") && !MAY_IMPORT.containsKey(name.split("\\.")[1]))
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(Set.of(), unknown);
    }
}
