import Glibc
import LMRuntime
import Testing

@Suite struct StopRequestTests {
  @Test(arguments: [SIGINT, SIGTERM]) func `the first signal sets the flag only`(number: Int32) async {
    await #expect(processExitsWith: .success) { [number = number as Int32] in
      StopRequest.install()
      #expect(StopRequest.signal == nil)
      kill(getpid(), number)
      let deadline = ContinuousClock.now + .seconds(5)
      while !StopRequest.isRaised, ContinuousClock.now < deadline { usleep(1000) }
      #expect(StopRequest.signal?.rawValue == number)
      #expect(StopRequest.signal?.exitCode == 128 + number)
    }
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `a second signal ends the process with the code of the shell`(first: Int32) async {
    // The other signal of the two comes second.
    let code = 128 + SIGINT + SIGTERM - first
    await #expect(processExitsWith: .exitCode(code)) { [first = first as Int32, code = code as Int32] in
      StopRequest.install()
      kill(getpid(), first)
      let deadline = ContinuousClock.now + .seconds(5)
      while !StopRequest.isRaised, ContinuousClock.now < deadline { usleep(1000) }
      kill(getpid(), code - 128)
      usleep(5_000_000)
    }
  }
}
