package io.walferry.testkit.junit;

import io.walferry.testkit.postgres.PostgresBinaries;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Turns {@link EachPostgres} into one invocation for each major version that it chooses. */
final class EachPostgresProvider implements TestTemplateInvocationContextProvider {

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return AnnotationSupport.isAnnotated(context.getTestMethod(), EachPostgres.class);
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    EachPostgres asked =
        AnnotationSupport.findAnnotation(context.getTestMethod(), EachPostgres.class).orElseThrow();
    return chosen(asked, PostgresBinaries.standard().majors(), Boolean.getBoolean("walferry.full"))
        .map(OnMajor::new);
  }

  static Stream<Integer> chosen(EachPostgres asked, NavigableSet<Integer> found, boolean full) {
    NavigableSet<Integer> range = found.subSet(asked.from(), true, asked.to(), true);
    if (full || range.isEmpty()) {
      return range.stream();
    }
    Set<Integer> quick =
        asked.quick().length == 0
            ? Set.copyOf(List.of(range.first(), range.last()))
            : IntStream.of(asked.quick()).boxed().collect(Collectors.toUnmodifiableSet());
    return range.stream().filter(quick::contains);
  }

  private record OnMajor(int major) implements TestTemplateInvocationContext {
    @Override
    public String getDisplayName(int invocationIndex) {
      return "PostgreSQL " + major;
    }

    @Override
    public void prepareInvocation(ExtensionContext context) {
      PostgresExtension.selectMajor(context, major);
    }
  }
}
