import ArgumentParser
import LMRuntime
import LMTensor

/// `lm bench ceilings`: what arithmetic and memory of this machine can do at most.
struct BenchCeilings: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ceilings",
    abstract: "Measure the machine: multiply-adds in f32, bf16 and int8, reading memory, fork and join.",
    discussion: """
      Prints one JSON object. Figures are the best of several repeats; "median" holds the middle ones. \
      fork_join_us is the time of a job in which every thread takes an empty part, empty_job_us that of \
      one whose parts any thread may take.
      """)

  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.apply()
    print(MachineCeilings.measure().json.text())
  }
}

extension MachineCeilings {
  /// GFLOP/s, GOP/s and GB/s (10⁹), rounded to tenths, and microseconds to hundredths; null where the
  /// instruction set has no such products.
  var json: JSON {
    func rate(_ perSecond: Double?) -> JSON {
      perSecond.map { .number(($0 * 1e-8).rounded() / 10) } ?? .null
    }
    func microseconds(_ time: Double) -> JSON { .number((time * 1e8).rounded() / 100) }
    func figures(_ value: (Rate) -> Double, _ time: (RepeatedTiming) -> Double) -> JSONObject {
      [
        "f32_gflops": rate(value(float32)), "bf16_gflops": rate(bfloat16.map(value)),
        "int8_gops": rate(int8.map(value)), "read_gb_per_second": rate(value(memoryRead)),
        "fork_join_us": microseconds(time(forkJoin.meeting)),
        "empty_job_us": microseconds(time(forkJoin.emptyJob)),
      ]
    }
    var object = figures(\.best, \.best)
    object["threads"] = .integer(threads)
    object["isa"] = .string("\(instructionSet)")
    object["read_pattern"] = .string("\(readPattern)")
    object["median"] = .object(figures(\.median, \.median))
    return .object(object)
  }
}
