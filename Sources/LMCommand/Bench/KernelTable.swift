import LMTensor
import LMTraining

/// The lines of `lm bench kernels` for a person: columns of fixed width.
enum KernelTable {
  private static let widths = [25, 11, 28, 6, 11, 17, 9]

  /// The ceilings, and the names of the columns.
  static func heading(_ ceilings: MachineCeilings) -> String {
    func giga(_ rate: MachineCeilings.Rate?) -> String { rate.map { decimal($0.best * 1e-9, 1) } ?? "none" }
    return """
      Ceilings with \(ceilings.threads) threads (\(ceilings.instructionSet)): f32 \(giga(ceilings.float32)) GFLOP/s, \
      bf16 \(giga(ceilings.bfloat16)) GFLOP/s, int8 \(giga(ceilings.int8)) GOP/s, read \(giga(ceilings.memoryRead)) GB/s, \
      fork and join \(decimal(ceilings.forkJoin.meeting.median * 1e6, 2)) µs

      """ + "\n" + row(["kernel", "shape", "size", "type", "ms", "rate", "ceiling"])
  }

  /// One case.
  static func line(_ one: KernelCase, _ result: KernelCase.Result) -> String {
    let unit = if case .operations = one.work { " GFLOP/s" } else { " GB/s   " }
    return row([
      one.kernel, one.shape, one.size, one.dtype.shortName, decimal(result.timing.median * 1e3, 3),
      decimal(result.rate * 1e-9, 1) + unit, decimal(result.shareOfCeiling * 100, 0) + " %",
    ])
  }

  /// Text to the left, numbers to the right.
  private static func row(_ cells: [String]) -> String {
    zip(cells, widths).enumerated().map { index, cell in
      let space = String(repeating: " ", count: max(1, cell.1 - cell.0.count))
      return index < 4 ? cell.0 + space : space + cell.0
    }.joined()
  }

  private static func decimal(_ value: Double, _ digits: Int) -> String {
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((value * Double(scale)).rounded())
    guard digits > 0 else { return "\(whole)" }
    let fraction = "\(whole % scale)"
    return "\(whole / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}
