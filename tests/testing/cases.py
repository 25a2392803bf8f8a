"""What the test cases find that `check_category` and `check_module` make."""

from __future__ import annotations

import unittest


def run_case(case: type[unittest.TestCase]) -> unittest.TestResult:
    """Run all tests of a case."""
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    assert result.testsRun
    return result


def problems_of(case: type[unittest.TestCase]) -> dict[str, str]:
    """Run a case: the message of each failure, by the names of the tests."""
    result = run_case(case)
    return {
        test.id().rpartition(".test_")[2]: text.rpartition("AssertionError: ")[2]
        for test, text in [*result.failures, *result.errors]
    }
