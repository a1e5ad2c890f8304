package io.walferry.testkit.junit;

import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.mysql.MysqlServer;
import io.walferry.testkit.mysql.MysqlServers;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Resolves the parameters that {@link Mysql} describes. The servers live in the store of the
 * launcher session, so there is one of each flavor for the whole run and none is left after it.
 */
public final class MysqlExtension implements ParameterResolver, ExecutionCondition {
  private static final Namespace NAMESPACE = Namespace.create(MysqlExtension.class);
  private static final String FLAVOR = "flavor";

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return flavor(context)
        .flatMap(servers(context)::obstacle)
        .map(ConditionEvaluationResult::disabled)
        .orElseGet(() -> ConditionEvaluationResult.enabled("nothing is in the way"));
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return Set.of(MysqlDatabase.class, MysqlServer.class, MysqlServers.class)
        .contains(parameter.getParameter().getType());
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    MysqlServers servers = servers(context);
    Class<?> type = parameter.getParameter().getType();
    if (type == MysqlServers.class) {
      return servers;
    }
    MysqlServer server = servers.server(flavor(context).orElse(MysqlFlavor.MYSQL));
    return type == MysqlServer.class ? server : TestDatabase.create(server, parameter, context);
  }

  static void selectFlavor(ExtensionContext context, MysqlFlavor flavor) {
    context.getStore(NAMESPACE).put(FLAVOR, flavor);
  }

  private static MysqlServers servers(ExtensionContext context) {
    return context
        .getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE)
        .computeIfAbsent(MysqlServers.class, type -> new MysqlServers(), MysqlServers.class);
  }

  /** Empty around the invocations of {@link EachMysql}, each of which has a flavor of its own. */
  private static Optional<MysqlFlavor> flavor(ExtensionContext context) {
    Optional<MysqlFlavor> selected =
        Optional.ofNullable(context.getStore(NAMESPACE).get(FLAVOR, MysqlFlavor.class));
    if (selected.isPresent()
        || AnnotationSupport.isAnnotated(context.getTestMethod(), EachMysql.class)) {
      return selected;
    }
    return AnnotationSupport.findAnnotation(context.getTestMethod(), Mysql.class)
        .or(() -> AnnotationSupport.findAnnotation(context.getTestClass(), Mysql.class))
        .map(Mysql::value);
  }
}
