package io.walferry.testkit.junit;

import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.PostgresServerBuilder;
import io.walferry.testkit.postgres.PostgresServers;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Resolves the parameters that {@link Postgres} describes. The servers live in the store of the
 * launcher session, so there is one of each major for the whole run and none is left after it.
 */
public final class PostgresExtension implements ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(PostgresExtension.class);
  private static final String MAJOR = "major";

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return Set.of(Database.class, PostgresServer.class, PostgresServers.class)
        .contains(parameter.getParameter().getType());
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    PostgresServers servers = servers(context);
    Class<?> type = parameter.getParameter().getType();
    if (type == PostgresServers.class) {
      return servers;
    }
    PostgresServer server = servers.server(major(context));
    return type == PostgresServer.class ? server : TestDatabase.create(server, parameter, context);
  }

  static void selectMajor(ExtensionContext context, int major) {
    context.getStore(NAMESPACE).put(MAJOR, major);
  }

  private static PostgresServers servers(ExtensionContext context) {
    return context
        .getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE)
        .computeIfAbsent(
            PostgresServers.class, type -> new PostgresServers(), PostgresServers.class);
  }

  private static int major(ExtensionContext context) {
    return Optional.ofNullable(context.getStore(NAMESPACE).get(MAJOR, Integer.class))
        .or(() -> annotated(context))
        .orElseGet(PostgresServerBuilder::defaultMajor);
  }

  private static Optional<Integer> annotated(ExtensionContext context) {
    return AnnotationSupport.findAnnotation(context.getTestMethod(), Postgres.class)
        .or(() -> AnnotationSupport.findAnnotation(context.getTestClass(), Postgres.class))
        .map(Postgres::value)
        .filter(major -> major != Postgres.DEFAULT);
  }
}
