package io.walferry.cli.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessField;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HabitsTest {
  @Test
  void packagesAreNamedAfterTheirSubject() {
    for (String name :
        List.of(
            "util", "utils", "common", "helper", "helpers", "manager", "impl", "types", "base")) {
      everywhere(
          noClasses()
              .should()
              .resideInAPackage("io.walferry.." + name + "..")
              .because("a package is a domain noun: name it after what its classes are about"));
    }
  }

  @Test
  void classesAreFinal() {
    check(
        classes()
            .that(not(Codebase.inModules("bench"))) // JMH generates subclasses of benchmarks
            .and(areOrdinary())
            .should()
            .haveModifier(JavaModifier.FINAL)
            .because(
                "we compose and do not extend each other: make it final, or make the closed set a"
                    + " sealed interface"),
        Codebase.MAIN);
  }

  @Test
  void thereIsNoStaticState() {
    check(
        fields()
            .that()
            .areStatic()
            .and(areWrittenByUs())
            .should()
            .beFinal()
            .because("the composition root hands state to constructors: make it an object's field"),
        Codebase.MAIN); // in tests, what @BeforeAll starts has to be static
  }

  @Test
  void loggingGoesThroughSlf4j() {
    everywhere(
        noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.logging..")
            .because("users choose their logging: take org.slf4j.Logger"));
  }

  @Test
  void onlyProgramsPrint() {
    check(
        noClasses()
            .that(not(Codebase.inModules("cli", "testkit", "bench")))
            .should(accessField(System.class, "out"))
            .orShould(accessField(System.class, "err"))
            .orShould(callMethod(Throwable.class, "printStackTrace"))
            .because("a library does not print: log it, return it, or leave it to cli"),
        Codebase.MAIN);
  }

  @Test
  void onlyTheCommandLineEndsTheProcess() {
    check(
        noClasses()
            .that(not(Codebase.inModules("cli", "testkit", "bench")))
            .should(callMethod(System.class, "exit", int.class))
            .because("a library throws; cli turns the error into an exit code"),
        Codebase.MAIN);
  }

  @Test
  void waitsAndMeasurementsGoByAClock() {
    check(
        noClasses()
            .that(not(Codebase.inModules("testkit", "bench"))) // testkit knows nothing of core
            .and(not(resideInAPackage("io.walferry.time..")))
            .should(accessTargetWhere(isOfTheMachinesClock()))
            .because(
                "a test can move a NanoClock, and nothing else that waits or measures: take one,"
                    + " and let it wait"),
        Codebase.MAIN);
  }

  @Test
  void testsNeitherSleepNorSpin() {
    check(
        noClasses()
            .should(callMethod(Thread.class, "sleep", long.class))
            .orShould(callMethod(Thread.class, "sleep", Duration.class))
            .orShould(callMethod(Thread.class, "onSpinWait"))
            .because(
                "a sleep is too short or too long, and a spin takes a core from what is waited for:"
                    + " register a latch or a future first, then wait for it with a time limit, or"
                    + " ask through testkit's Await"),
        Codebase.TESTS);
  }

  /** Finds calls and method references, whatever their parameters are. */
  private static DescribedPredicate<JavaAccess<?>> isOfTheMachinesClock() {
    return DescribedPredicate.describe(
        "measures or waits by the machine's clock",
        access -> {
          AccessTarget target = access.getTarget();
          return switch (target.getOwner().getName()) {
            case "java.lang.System" -> target.getName().equals("nanoTime");
            case "java.lang.Thread", "java.util.concurrent.TimeUnit" ->
                target.getName().equals("sleep");
            case "java.util.concurrent.locks.LockSupport" ->
                target.getName().equals("parkNanos") || target.getName().equals("parkUntil");
            case "java.util.concurrent.locks.Condition" ->
                target.getName().startsWith("await")
                    && target instanceof AccessTarget.CodeUnitAccessTarget method
                    && !method.getRawParameterTypes().isEmpty();
            default -> false;
          };
        });
  }

  /** Not an interface, record, enum or exception, and not a class that the compiler made. */
  private static DescribedPredicate<JavaClass> areOrdinary() {
    return DescribedPredicate.describe(
        "are ordinary",
        type ->
            !type.isInterface()
                && !type.isRecord()
                && !type.isEnum()
                && !type.isAnonymousClass()
                && !type.isAssignableTo(Throwable.class)
                && !type.getModifiers().contains(JavaModifier.SYNTHETIC));
  }

  private static DescribedPredicate<JavaField> areWrittenByUs() {
    return DescribedPredicate.describe(
        "are written by us", field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC));
  }

  private static void everywhere(ArchRule rule) {
    check(rule, Codebase.MAIN);
    check(rule, Codebase.TESTS);
  }

  private static void check(ArchRule rule, JavaClasses types) {
    rule.allowEmptyShould(true).check(types);
  }
}
