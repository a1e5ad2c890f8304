/** Child processes that tests start, watch and kill. */
@NullMarked
package io.walferry.testkit.process;

import org.jspecify.annotations.NullMarked;
