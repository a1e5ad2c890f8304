/** MySQL and MariaDB as destinations. */
@NullMarked
package io.walferry.sinks.mysql;

import org.jspecify.annotations.NullMarked;
