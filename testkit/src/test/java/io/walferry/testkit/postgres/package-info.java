@NullMarked
package io.walferry.testkit.postgres;

import org.jspecify.annotations.NullMarked;
