package io.walferry.testkit.junit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs a test on the oldest and on the newest major version of a range whose programs are found.
 * With the system property {@code walferry.full} it runs on each major version of the range. See
 * {@link Postgres}.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith({EachPostgresProvider.class, PostgresExtension.class})
public @interface EachPostgres {
  /** The oldest major version of the range; by default the oldest that is supported in full. */
  int from() default 14;

  /** The newest major version of the range. */
  int to() default Integer.MAX_VALUE;

  /** Major versions that replace the oldest and the newest one. */
  int[] quick() default {};
}
