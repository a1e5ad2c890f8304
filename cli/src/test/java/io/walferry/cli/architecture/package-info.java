/** What the compiler cannot check: who may know whom, and habits of the code. */
@NullMarked
package io.walferry.cli.architecture;

import org.jspecify.annotations.NullMarked;
