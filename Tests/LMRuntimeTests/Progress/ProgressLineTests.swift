import Glibc
import LMRuntime
import Synchronization
import Testing

@Suite struct ProgressLineTests {
  /// Everything that a line writes while `body` runs.
  private func written(
    _ style: ProgressLine.Style, total: Int? = 100, _ body: (ProgressLine) -> Void
  ) -> String {
    let collector = Collector()
    body(ProgressLine("train", total: total, style: style) { collector.add($0) })
    return collector.text
  }

  private final class Collector: Sendable {
    private let content = Mutex("")
    var text: String { content.withLock { $0 } }
    func add(_ text: String) { content.withLock { $0 += text } }
  }

  @Test func `a terminal gets one rewritten line`() {
    let text = written(.terminal(width: 100, hasColor: false)) { line in
      line.update(step: 50, "loss 3.21")
      line.finish()
    }
    let shown = text.split(separator: "\r")
    #expect(shown.count == 2)
    #expect(shown.allSatisfy { $0.hasPrefix("██████████░░░░░░░░░░ train 50/100  loss 3.21  0:0") })
    #expect(text.hasSuffix("\u{1B}[K\n"))
    #expect(!text.contains("\u{1B}[3"))
  }

  @Test func `colours are used only where wanted`() {
    let text = written(.terminal(width: 100, hasColor: true)) { $0.update(step: 50) }
    #expect(text.contains("\u{1B}[32m██████████\u{1B}[0m"))
  }

  @Test(arguments: [1, 2, 10, 30, 50]) func `the line never reaches the last column of a narrow terminal`(
    width: Int
  ) {
    let text = written(.terminal(width: width, hasColor: false)) {
      $0.update(step: 100, "loss 3.21", "812 tokens/s")
    }
    #expect(text.replacing("\r", with: "").replacing("\u{1B}[K", with: "").count < width)
  }

  @Test func `elsewhere a thousand quick updates are two lines`() {
    let text = written(.lines, total: 1000) { line in
      for step in 1...1000 { line.update(step: step, "loss 2") }
      line.finish()
    }
    let lines = text.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("train 1/1000  loss 2  0:0") == true)
    #expect(lines.last == "train 1000/1000  loss 2  0:00 left")
  }

  @Test func `an unknown total shows the count alone`() {
    #expect(written(.lines, total: nil) { $0.update(step: 3, "x") } == "train 3  x\n")
  }

  @Test func `quiet writes nothing, and no update no line`() {
    #expect(
      written(.quiet) { line in
        line.update(step: 1); line.message("m"); line.finish()
      }.isEmpty)
    #expect(written(.lines) { $0.finish() }.isEmpty)
    #expect(ProgressLine.Style.automatic(isQuiet: true) == .quiet)
  }

  @Test func `a message stands on its own line`() {
    #expect(written(.lines) { $0.message("saved") } == "saved\n")
    #expect(written(.terminal(width: 80, hasColor: false)) { $0.message("saved") } == "\r\u{1B}[Ksaved\n")
  }
}
