package io.walferry.testkit.junit;

import io.walferry.testkit.mysql.MysqlFlavor;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Turns {@link EachMysql} into one invocation for each flavor that it chooses. */
final class EachMysqlProvider implements TestTemplateInvocationContextProvider {

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return AnnotationSupport.isAnnotated(context.getTestMethod(), EachMysql.class);
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    EachMysql asked =
        AnnotationSupport.findAnnotation(context.getTestMethod(), EachMysql.class).orElseThrow();
    return Arrays.stream(Boolean.getBoolean("walferry.full") ? MysqlFlavor.values() : asked.quick())
        .map(OnFlavor::new);
  }

  private record OnFlavor(MysqlFlavor flavor) implements TestTemplateInvocationContext {
    @Override
    public String getDisplayName(int invocationIndex) {
      return flavor.title();
    }

    @Override
    public void prepareInvocation(ExtensionContext context) {
      MysqlExtension.selectFlavor(context, flavor);
    }
  }
}
