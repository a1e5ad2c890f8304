package io.walferry.testkit.junit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Lets tests have parameters of types {@code Database} (new and empty, dropped after the test),
 * {@code PostgresServer} (shared by the whole run: do not stop it) and {@code PostgresServers}. On
 * a method it overrides the class.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(PostgresExtension.class)
public @interface Postgres {
  /** Stands for the default major version. */
  int DEFAULT = 0;

  /** The major version. */
  int value() default DEFAULT;
}
