package io.walferry.testkit.junit;

import io.walferry.testkit.mysql.MysqlFlavor;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs a test on each flavor of MySQL, or, without the system property {@code walferry.full}, on
 * those that it names. See {@link Mysql}.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith({EachMysqlProvider.class, MysqlExtension.class})
public @interface EachMysql {
  /** The flavors on which the test runs without {@code walferry.full}. */
  MysqlFlavor[] quick() default {MysqlFlavor.MYSQL, MysqlFlavor.MARIADB};
}
