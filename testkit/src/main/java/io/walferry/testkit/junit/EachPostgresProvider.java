package io.walferry.testkit.junit;

import io.walferry.testkit.postgres.PostgresBinaries;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Turns {@link EachPostgres} into one invocation for each major version. */
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
    return PostgresBinaries.standard()
        .majors()
        .subSet(asked.from(), true, asked.to(), true)
        .stream()
        .map(OnMajor::new);
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
