package io.walferry.testkit.junit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs once on each major version whose programs are found, from the oldest that is
 * supported in full; older ones only where the test asks for them. See {@link Postgres}.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith({EachPostgresProvider.class, PostgresExtension.class})
public @interface EachPostgres {
  /** The oldest major version on which the test runs. */
  int from() default 14;

  /** The newest major version on which the test runs. */
  int to() default Integer.MAX_VALUE;
}
