/** MySQL 8 and MariaDB servers for tests, that die with the JVM that started them. */
@NullMarked
package io.walferry.testkit.mysql;

import org.jspecify.annotations.NullMarked;
