package io.walferry.cli.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class ModuleStarTest {
  private static final String REASON =
      "modules form a star: move what two of them share into core, and wire peers together in cli";

  /** Beside core, which all but testkit know: the edges of DESIGN's star, and no others. */
  private static final Map<String, Set<String>> EDGES =
      Map.of(
          "verify",
          Set.of("sinks"),
          "connect",
          Set.of("sinks", "scan"),
          "cli",
          Codebase.MODULES,
          "bench",
          Codebase.MODULES);

  @Test
  void modulesKnowCoreAndNoPeer() {
    check(Codebase.MAIN, false);
  }

  @Test
  void testsMayUseTestkitToo() {
    check(Codebase.TESTS, true);
  }

  @Test
  void packagesLieInTheirOwnModule() {
    Set<String> strays = new TreeSet<>();
    for (JavaClass type : Codebase.MAIN) {
      String path = type.getSource().orElseThrow().getUri().getPath();
      String module = Codebase.module(type).orElseThrow();
      if (!path.contains("/" + module + "/target/classes/")) {
        strays.add(type.getName() + " is not in the folder " + module);
      }
    }
    assertEquals(Set.of(), strays, "no package is split over modules: move the class, or rename");
  }

  private static void check(JavaClasses types, boolean testkitToo) {
    classes()
        .should(onlyKnowAllowedModules(testkitToo))
        .because(REASON)
        .allowEmptyShould(true)
        .check(types);
  }

  private static ArchCondition<JavaClass> onlyKnowAllowedModules(boolean testkitToo) {
    return new ArchCondition<>("only know the modules that the star allows") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        String from = Codebase.module(type).orElseThrow();
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
          String to = Codebase.module(dependency.getTargetClass()).orElse(from);
          if (!allowed(from, to) && !(testkitToo && to.equals("testkit"))) {
            String told = from + " must not know " + to + ": " + dependency.getDescription();
            events.add(SimpleConditionEvent.violated(dependency, told));
          }
        }
      }
    };
  }

  private static boolean allowed(String from, String to) {
    return from.equals(to)
        || (to.equals(Codebase.CORE) && !from.equals("testkit"))
        || EDGES.getOrDefault(from, Set.of()).contains(to);
  }
}
