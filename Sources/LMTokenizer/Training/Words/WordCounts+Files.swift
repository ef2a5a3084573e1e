import LMRuntime
import Synchronization

extension WordCounts {
  /// Counts the words of files, read window by window: plain text, or a JSON object with the key `"text"` on
  /// each line where the name ends in `.jsonl` or `.json`.
  ///
  /// Memory is that of a window of 512 KiB for each thread (of the longest line of JSON, if that is longer) and of the distinct
  /// words.
  /// - Parameters:
  ///   - progress: Called after each window on the calling thread with the bytes of all files read so far.
  /// - Throws: ``LMError`` where a file cannot be read, is not UTF-8 or contains zero bytes (with the offset),
  ///   a line is no such object (with its number), or no file has text.
  /// - Complexity: O(bytes), shared by `threads`.
  public mutating func add(
    _ files: TextFiles, threads: ThreadPool = .shared, progress: ((Int) -> Void)? = nil
  ) throws(LMError) {
    defer { removeTables() }
    let before = byteCount
    var read = 0
    for path in files.paths {
      var windows = try TextWindows(path, windowSize: FileWindows.windowSize(threads))
      while let (parts, size) = try windows.next(splitter) {
        try add(parts, of: path, threads)
        read += size
        progress?(read)
      }
    }
    guard byteCount > before else {
      throw LMError(
        at: files.paths.joined(separator: ", "), "no text was found", remedy: "give files with some text")
    }
  }

  private mutating func add(
    _ parts: [TextWindows.Part], of path: String, _ threads: ThreadPool
  ) throws(LMError) {
    let splitter = self.splitter
    let state = Mutex<(bytes: Int, failure: (part: Int, error: LMError)?)>((0, nil))
    count(parts.count, threads) { part, words in
      let outcome = Result { () throws(LMError) in
        try words.add(parts[part], of: path, splitter)
      }
      state.withLock { state in
        switch outcome {
        case .success(let bytes): state.bytes += bytes
        // The first fault of the file, whichever thread was faster.
        case .failure(let error):
          if part < state.failure?.part ?? .max { state.failure = (part, error) }
        }
      }
    }
    let (bytes, failure) = state.withLock { $0 }
    if let failure { throw failure.error }
    note(byteCount: bytes)
  }
}

extension WordTable {
  /// Counts the words of a part of a file and returns how many bytes of text it has.
  fileprivate mutating func add(
    _ part: TextWindows.Part, of path: String, _ splitter: any WordSplitter
  ) throws(LMError) -> Int {
    switch part {
    case .text(let text, let range, let offset):
      try UTF8Text.check(
        UnsafeBufferPointer(rebasing: text[range]), from: offset + range.lowerBound, of: path)
      add(text, range, splitter)
      return range.count
    case .lines(let lines, let first):
      var bytes = 0
      try JSONTextLine.forEach(in: lines, first: first, of: path) { text in
        add(text, 0..<text.count, splitter)
        bytes += text.count
      }
      return bytes
    }
  }
}
