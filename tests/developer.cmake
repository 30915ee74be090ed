# SPDX-License-Identifier: Apache-2.0
# Targets for everyday work: cmake --build build/dev --target help-developer

set(here ${CMAKE_CURRENT_SOURCE_DIR})
set(developer_help "")
# spk_developer(NAME HELP COMMAND...): a target that runs COMMAND with its output shown.
function(spk_developer name help)
    add_custom_target(${name} COMMAND ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} USES_TERMINAL VERBATIM)
    set(developer_help ${developer_help} COMMAND ${CMAKE_COMMAND} -E echo "${name}: ${help}" PARENT_SCOPE)
endfunction()

spk_developer(format "clang-format changes all C files in place"
    sh -c "find lib server client tests -name '*.[ch]' -print0 | xargs -0 clang-format -i")
spk_developer(tidy "clang-tidy over lib, server and client (minutes)" ${here}/lint/tidy ${CMAKE_BINARY_DIR})
spk_developer(quick "unit tests and the lints that take seconds, after a build"
    ${CMAKE_CTEST_COMMAND} --test-dir ${CMAKE_BINARY_DIR} --output-on-failure -R "^unit|^lint" -E "^lint.tidy$")
spk_developer(golden "every captured comparison with the real programs (a minute)"
    ${CMAKE_CTEST_COMMAND} --test-dir ${CMAKE_BINARY_DIR} --output-on-failure -R "^golden$")
add_dependencies(golden golden_batch)
spk_developer(fuzz-10s "each fuzz target for 10 seconds, with clang"
    ${CMAKE_COMMAND} -E env SPK_FUZZ_SECONDS=10
    ${CMAKE_CTEST_COMMAND} --test-dir ${CMAKE_BINARY_DIR} --output-on-failure -R "^fuzz")
spk_developer(pages "writes the generated pages lib/base/{reasons,limits}.md" ${here}/lint/pages.py --write)

add_custom_target(help-developer ${developer_help}
    COMMAND ${CMAKE_COMMAND} -E echo "Everything: tests/run. Long ones: tests/bench/run, tests/load/run, tests/run --oracle."
    VERBATIM)
