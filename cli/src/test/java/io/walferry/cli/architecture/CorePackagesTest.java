package io.walferry.cli.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CorePackagesTest {
  /** A package of core knows only those before it in this list, so there can be no cycle. */
  private static final List<String> ORDER =
      List.of(
          "error",
          "metric",
          "time",
          "buffer", // know nothing of ours, usable from everywhere
          "change", // knows nothing of ours either; a rule of its own below
          "value",
          "type", // what a column's bytes are in Java
          "json", // what they are in JSON
          "postgres", // how to reach a server
          "publication",
          "slot",
          "preflight", // what check and start-up need
          "sink", // what a destination must promise
          "deadletter", // what becomes of rows that it refuses
          "apply", // batches of it side by side
          "pgoutput",
          "spool",
          "stream",
          "snapshot",
          "ddl", // what the source says of its tables
          "checkpoint", // the way of a change
          "pipeline", // puts them in order
          "library"); // what a program embeds

  @Test
  void packagesOfCoreKnowOnlyThoseBeforeThem() {
    classes()
        .that(Codebase.inModules(Codebase.CORE))
        .should(onlyKnowPackagesBefore())
        .because(
            "data flows one way: pass the value in from the later package, or move the type to the"
                + " earlier one; a new package takes its place in CorePackagesTest.ORDER")
        .allowEmptyShould(true)
        .check(Codebase.MAIN);
  }

  @Test
  void changeDependsOnNothing() {
    classes()
        .that()
        .resideInAPackage("io.walferry.change..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("io.walferry.change..", "java..", "org.jspecify..")
        .because("every other package stands on change: what needs more belongs to a later one")
        .allowEmptyShould(true)
        .check(Codebase.MAIN);
  }

  @Test
  void theDecoderIsPure() {
    classes()
        .that()
        .resideInAPackage("io.walferry.pgoutput..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.walferry.pgoutput..",
            "io.walferry.change..",
            "io.walferry.error..",
            "java.lang..",
            "java.util",
            "java.util.function",
            "java.nio",
            "java.nio.charset",
            "java.time",
            "org.jspecify..")
        .because("bytes in, messages out: connections, clocks and caches belong to stream")
        .allowEmptyShould(true)
        .check(Codebase.MAIN);
  }

  @Test
  void typedValuesArePure() {
    noClasses()
        .that()
        .resideInAnyPackage("io.walferry.value..", "io.walferry.type..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "org.postgresql..", "org.slf4j..")
        .because("bytes in, values out: what the catalog says comes in a TypeCatalog")
        .allowEmptyShould(true)
        .check(Codebase.MAIN);
  }

  @Test
  void packagesOfTheOtherModulesHaveNoCycles() {
    for (String module : Codebase.MODULES) {
      slices()
          .matching("io.walferry." + module + ".(*)..")
          .should()
          .beFreeOfCycles()
          .because("two packages that need each other are one, or hide a third")
          .allowEmptyShould(true)
          .check(Codebase.MAIN);
    }
  }

  private static ArchCondition<JavaClass> onlyKnowPackagesBefore() {
    return new ArchCondition<>("only know packages before their own") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        String from = Codebase.feature(type).orElseThrow();
        if (!ORDER.contains(from)) {
          String told = type.getName() + ": package " + from + " has no place in the order";
          events.add(SimpleConditionEvent.violated(type, told));
        }
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
          String to = Codebase.feature(dependency.getTargetClass()).orElse(from);
          if (ORDER.indexOf(to) > ORDER.indexOf(from)) {
            String told = from + " comes before " + to + ": " + dependency.getDescription();
            events.add(SimpleConditionEvent.violated(dependency, told));
          }
        }
      }
    };
  }
}
